"""The moments of what `chat.access` describes, read back."""

from datetime import datetime


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
