"""State and its constraints. Rows are written by `chat.actions` and fetched for somebody by `chat.access`."""

from chat.models.attachment import Attachment
from chat.models.checkpoint import Checkpoint
from chat.models.completion import Completion
from chat.models.connection import Connection, ConnectionModel
from chat.models.conversation import Conversation
from chat.models.credentials import ApiKey, IdempotencyKey
from chat.models.doors import OneTimeLink, SignIn
from chat.models.feedback import Feedback
from chat.models.message import Message
from chat.models.preferences import Preferences
from chat.models.search import SearchEntry
from chat.models.server import Server
from chat.models.share import Share

__all__ = [
    "ApiKey",
    "Attachment",
    "Checkpoint",
    "Completion",
    "Connection",
    "ConnectionModel",
    "Conversation",
    "Feedback",
    "IdempotencyKey",
    "Message",
    "OneTimeLink",
    "Preferences",
    "SearchEntry",
    "Server",
    "Share",
    "SignIn",
]
