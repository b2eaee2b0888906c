"""Who is counted, from where, and how much the site lets everybody use of whom no group says otherwise."""

from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.signals import setting_changed

from chat.digest.spent import address_quota
from chat.keyed import keyed_hash
from chat.limits.addresses import neighbourhood
from chat.quota import NOTHING_SAID, Quota


class Somebody(Protocol):
    """What a caller is to the limits."""

    @property
    def user_id(self) -> int: ...
    @property
    def key_id(self) -> UUID | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def quota(self) -> Quota: ...
    @property
    def key_quota(self) -> Quota: ...


@lru_cache
def quota_of(groups: Quota = NOTHING_SAID) -> Quota:
    """All that a user may use; `groups`: what their groups say of it. Each request asks four times."""
    return groups.over(
        Quota(
            requests_per_minute=settings.CHAT_REQUESTS_PER_MINUTE,
            streams=settings.CHAT_MAX_STREAMS_PER_USER,
            sockets=settings.CHAT_MAX_SOCKETS_PER_USER,
            tokens_per_day=settings.CHAT_TOKENS_PER_DAY,
            tokens_per_month=settings.CHAT_TOKENS_PER_MONTH,
            cost_per_day=settings.CHAT_COST_PER_DAY,
            cost_per_month=settings.CHAT_COST_PER_MONTH,
            message_chars=settings.CHAT_MAX_MESSAGE_CHARS,
            attachment_bytes=settings.CHAT_MAX_ATTACHMENT_BYTES,
        )
    )


def _forget(**_: Any) -> None:
    quota_of.cache_clear()


setting_changed.connect(_forget)  # as tests do


def place_of(address: str | None) -> str | None:
    """From where somebody asks, as a keyed hash; None where nothing that is used from there is limited."""
    if not address or not address_quota().spends:
        return None
    return keyed_hash(neighbourhood(address), "chat.place")
