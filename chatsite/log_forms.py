"""How a line of the log is written: as text for people, or as a JSON object for a collector of logs.

What `log_lines` cuts out of messages is cut out of tracebacks, too.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

from chat.log_marks import REPLY, REQUEST
from chatsite.log_lines import redacted

_OF_ANSWERS: Final = ("status", "seconds", "client")


class TextLines(logging.Formatter):
    """Time, level, logger and message, on a line; a traceback below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return redacted(super().formatException(ei), keep="\n\t")


class JsonLines(logging.Formatter):
    """One object a line. `request` is the id of the request that set it going, null where there is none."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": REQUEST.get(),
        }
        if (reply := REPLY.get()) is not None:
            line["reply"] = reply
        for name in _OF_ANSWERS:
            # `status` of Django's own records is `status_code`: these are set by our access lines alone.
            if record.name == "chat.access" and hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info), keep="\n\t")
        return json.dumps(line, ensure_ascii=False, default=str)
