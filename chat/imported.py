"""A conversation that comes from elsewhere, checked and in our own terms. Values only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """`parent` is the place of another one in the same list; it comes before this one."""

    parent: int | None
    role: str
    content: str
    created: datetime
    reasoning: str = ""
    status: str = "complete"
    model: str = ""
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    started: datetime | None = None
    first_token: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """`source` names it for ever, so that it comes once only; `active` is the place of a message."""

    source: str
    title: str
    created: datetime
    updated: datetime
    messages: tuple[ImportedMessage, ...]
    active: int | None = None
    model: str = ""
    system_prompt: str = ""
    pinned: bool = False
    archived: bool = False
