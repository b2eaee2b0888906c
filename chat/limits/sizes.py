"""How large one message or file may be: its user's limit and its key's hold, the smaller one refuses."""

from dataclasses import dataclass
from typing import Literal

from chat.errors import TooLarge
from chat.limits.quotas import Somebody, quota_of

Size = Literal["message_chars", "attachment_bytes"]


@dataclass(frozen=True, slots=True)
class Largest:
    """What is still taken."""

    limit: int
    whose: str
    """As the sentence that refuses has it."""


def largest(who: Somebody, size: Size) -> Largest | None:
    """None: nothing limits it."""
    said = (
        Largest(getattr(quota_of(who.quota), size) or 0, "your"),
        Largest(getattr(who.key_quota, size) or 0, "this API key's"),
    )
    return min((each for each in said if each.limit), key=lambda each: each.limit, default=None)


def refuse_long_text(who: Somebody, characters: int, *, what: str, param: str) -> None:
    """Raises `TooLarge` where a message may not have so many characters; `what` begins the sentence."""
    most = largest(who, "message_chars")
    if most is not None and characters > most.limit:
        raise _too_large(f"{what} has {characters} characters", most, code="text_too_long", param=param)


def refuse_large_file(who: Somebody, size: int, *, what: str = "The file", param: str | None = None) -> None:
    """Raises `TooLarge` where a file may not have so many bytes."""
    most = largest(who, "attachment_bytes")
    if most is not None and size > most.limit:
        raise _too_large(f"{what} has {size} bytes", most, code="file_too_large", param=param)


def _too_large(what: str, most: Largest, *, code: str, param: str | None) -> TooLarge:
    return TooLarge(f"{what}; {most.whose} limit is {most.limit}.", code=code, param=param)
