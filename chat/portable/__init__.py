"""Conversations as documents: Markdown and JSON that leave the site, and what comes in from elsewhere. Pure.

Takes and gives plain values, as `chat.access` describes them; knows no rows and no requests.
"""

from chat.portable.branch import branch_to
from chat.portable.document import FORMAT, VERSION, as_document
from chat.portable.fields import Bounds, Unreadable
from chat.portable.file_names import file_name
from chat.portable.incoming import convert, parse, title_of
from chat.portable.markdown import as_markdown, how_it_ended
from chat.portable.snapshot import snapshot
from chat.portable.training import as_chat, as_samples

__all__ = [
    "FORMAT",
    "VERSION",
    "Bounds",
    "Unreadable",
    "as_chat",
    "as_document",
    "as_markdown",
    "as_samples",
    "branch_to",
    "convert",
    "file_name",
    "how_it_ended",
    "parse",
    "snapshot",
    "title_of",
]
