"""Every call there is, in the order in which the page tells them."""

from chat.api.description import about, conversations, desk, files, messages, openai, replies
from chat.api.description.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *replies.OPERATIONS,
    *messages.OPERATIONS,
    *files.OPERATIONS,
    *conversations.OPERATIONS,
    *openai.OPERATIONS,
    *desk.OPERATIONS,
    *about.OPERATIONS,
)
