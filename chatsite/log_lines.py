"""Keeps out of the logs what would let their reader in: tickets, event ids, API keys."""

import logging
import re

_SECRETS = re.compile(
    r"(?P<name>[?&](?:ticket|last_event_id|lastEventId)=|bearer(?:\.|%2E|\s+))[^&\s\"',;]+", re.IGNORECASE
)


def redacted(line: str) -> str:
    return _SECRETS.sub(r"\g<name>…", line)


class Redact(logging.Filter):
    """Never drops a record; changes its text only where there is something to hide."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if (clean := redacted(line)) != line:
            record.msg, record.args = clean, None
        return True
