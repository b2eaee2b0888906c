"""Conversations that are not kept: whether the site allows them."""

from django.conf import settings

from chat.errors import BadRequest

OFF = "off"
"""Of `CHAT_TEMPORARY_CHATS`; the others are `private` and `reviewed`."""


def refuse_temporary(wanted: bool) -> None:
    """Raises `BadRequest` where a temporary conversation is wanted, and the site has none."""
    if wanted and settings.CHAT_TEMPORARY_CHATS == OFF:
        raise BadRequest("This site has no temporary conversations.", code="no_temporary", param="temporary")
