"""State and its constraints. Rows are written by `chat.actions` and fetched for somebody by `chat.access`."""

from chat.models.announcement import Announcement
from chat.models.attachment import Attachment
from chat.models.audit import AuditEntry
from chat.models.checkpoint import Checkpoint
from chat.models.completion import Completion
from chat.models.connection import Connection, ConnectionModel
from chat.models.conversation import Conversation
from chat.models.credentials import ApiKey, IdempotencyKey
from chat.models.digest import (
    CompletionFigures,
    CompletionSums,
    ConversationDigest,
    StaleDigest,
    StaleSums,
)
from chat.models.doors import OneTimeLink, SignIn
from chat.models.feedback import Feedback
from chat.models.flag import Flag, FlagRule
from chat.models.judgement import Label, Note, Review
from chat.models.limits import GroupLimits, Spent, SpentFrom
from chat.models.message import Message
from chat.models.policy import LegalHold, Price, RetentionRule
from chat.models.preferences import Preferences
from chat.models.search import SearchEntry, WaitingText
from chat.models.server import Server
from chat.models.share import Share
from chat.models.taken import ReviewExport, SavedFilter

__all__ = [
    "Announcement",
    "ApiKey",
    "Attachment",
    "AuditEntry",
    "Checkpoint",
    "Completion",
    "CompletionFigures",
    "CompletionSums",
    "Connection",
    "ConnectionModel",
    "Conversation",
    "ConversationDigest",
    "Feedback",
    "Flag",
    "FlagRule",
    "GroupLimits",
    "IdempotencyKey",
    "Label",
    "LegalHold",
    "Message",
    "Note",
    "OneTimeLink",
    "Preferences",
    "Price",
    "RetentionRule",
    "Review",
    "ReviewExport",
    "SavedFilter",
    "SearchEntry",
    "Server",
    "Share",
    "SignIn",
    "Spent",
    "SpentFrom",
    "StaleDigest",
    "StaleSums",
    "WaitingText",
]
