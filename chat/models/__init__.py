"""State and its constraints. Rows are written by `chat.actions` and fetched for somebody by `chat.access`."""

from chat.models.checkpoint import Checkpoint
from chat.models.completion import Completion
from chat.models.connection import Connection, ConnectionModel
from chat.models.conversation import Conversation
from chat.models.credentials import ApiKey, IdempotencyKey
from chat.models.feedback import Feedback
from chat.models.message import Message
from chat.models.server import Server

__all__ = [
    "ApiKey",
    "Checkpoint",
    "Completion",
    "Connection",
    "ConnectionModel",
    "Conversation",
    "Feedback",
    "IdempotencyKey",
    "Message",
    "Server",
]
