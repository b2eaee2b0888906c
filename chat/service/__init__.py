"""The verbs of the interface: what every edge calls. Each is a coroutine and raises `ChatError`s only."""

from chat.service import requests
from chat.service.accounts import delete_account, erase_account
from chat.service.attachments import attach, list_attachments, read_attachment, remove_attachment
from chat.service.beginning import ask, continue_, regenerate
from chat.service.completions import complete
from chat.service.conversations import (
    change_conversation,
    list_conversations,
    list_models,
    make_conversation,
    read_conversation,
)
from chat.service.deleting import (
    delete_conversation,
    delete_message,
    restore_conversation,
    restore_message,
)
from chat.service.following import Following
from chat.service.imports import import_conversations
from chat.service.keys_of_all import list_keys, read_usage, revoke_keys_of_anybody
from chat.service.listeners import listen, tell_changed
from chat.service.live import Live, Refused, open_live
from chat.service.opinions import rate, report, take_report_back
from chat.service.probing import open_probe
from chat.service.replies import follow, stop
from chat.service.review_desk import (
    change_flag,
    find_reviewed,
    flag_reviewed,
    judge_reviewed,
    read_reviewed,
)
from chat.service.review_exports import export_reviewed
from chat.service.reviewing import follow_reviewed
from chat.service.runtime import drain, draining, start, this_server
from chat.service.saved import read_message, saved_end
from chat.service.shares import revoke_share, share
from chat.service.watching import Held, held
from chat.service.whole import whole_message, whole_transcript

__all__ = [
    "Following",
    "Held",
    "Live",
    "Refused",
    "ask",
    "attach",
    "change_conversation",
    "change_flag",
    "complete",
    "continue_",
    "delete_account",
    "delete_conversation",
    "delete_message",
    "drain",
    "draining",
    "erase_account",
    "export_reviewed",
    "find_reviewed",
    "flag_reviewed",
    "follow",
    "follow_reviewed",
    "held",
    "import_conversations",
    "judge_reviewed",
    "list_attachments",
    "list_conversations",
    "list_keys",
    "list_models",
    "listen",
    "make_conversation",
    "open_live",
    "open_probe",
    "rate",
    "read_attachment",
    "read_conversation",
    "read_message",
    "read_reviewed",
    "read_usage",
    "regenerate",
    "remove_attachment",
    "report",
    "requests",
    "restore_conversation",
    "restore_message",
    "revoke_keys_of_anybody",
    "revoke_share",
    "saved_end",
    "share",
    "start",
    "stop",
    "take_report_back",
    "tell_changed",
    "this_server",
    "whole_message",
    "whole_transcript",
]
