"""Keeps out of the logs what would let a reader in: tickets, event ids, API keys, links."""

import logging
import re
from urllib.parse import unquote

_SECRETS = re.compile(
    r"(?P<name>[?&](?:ticket|last_event_id|lastEventId)=|bearer(?:\.|%2E|\s+)"
    r"|/(?:s|join|reset|accounts/reset/[^/\s]+)/)(?!…)[^&\s\"',;]+",
    re.IGNORECASE,
)
_HIDDEN = r"\g<name>…"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redacted(line: str, *, keep: str = "") -> str:
    """The line without its secrets. One that hides their names behind percent signs is shown decoded.

    `keep`: control characters that may stand in it then, as in a traceback of several lines.
    """
    line = _SECRETS.sub(_HIDDEN, line)
    if "%" in line and _SECRETS.search(plain := unquote(line)):
        shown = _SECRETS.sub(_HIDDEN, plain)
        line = _CONTROLS.sub(lambda found: found[0] if found[0] in keep else "�", shown)
    return line


class Redact(logging.Filter):
    """Never drops a record; changes its text only where there is something to hide."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if (clean := redacted(line)) != line:
            record.msg, record.args = clean, None
        return True


def uvicorn_notes_requests() -> bool:
    """Whether it has not been told not to (`--no-access-log`), which it keeps as a logger without handlers.

    It asks for handlers at each connection: one that our configuration gave it would undo that.
    """
    access = logging.getLogger("uvicorn.access")
    return access.propagate or bool(access.handlers)
