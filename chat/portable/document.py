"""A conversation as JSON: the whole tree as the API shows it, in an envelope by which it is known again."""

from datetime import datetime
from typing import Any

FORMAT = "holdfast.conversation"
"""Of the format, not of the site: a site that calls itself otherwise reads it, too."""
VERSION = 1


def as_document(conversation: dict[str, Any], exported: datetime) -> dict[str, Any]:
    """What the API answers for a conversation read alone, as a file that can be imported again."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported": exported.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "conversation": conversation,
    }
