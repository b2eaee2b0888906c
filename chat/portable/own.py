"""Our own JSON document, read again: from this site or another one, by any hand."""

from typing import Any

from django.utils.translation import gettext as _

from chat.imported import ImportedConversation, ImportedMessage
from chat.portable.document import VERSION
from chat.portable.fields import MOST_MESSAGES, Bounds, Unreadable, line, mapping

_ROLES = {"system", "user", "assistant", "tool"}
_ENDS = {"complete", "stopped", "interrupted", "failed"}
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
_MOST_FILES = 100
_MOST_TOKENS = 2**53
SOURCE = "own:"


def read_own(document: dict[str, Any], bounds: Bounds) -> ImportedConversation:
    """Raises `Unreadable`."""
    if document.get("version") != VERSION:
        raise Unreadable(_("It was saved by a newer version of this site."))
    conversation = mapping(document.get("conversation"), _("The conversation is missing."))
    key = conversation.get("id")
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not 1 <= len(key) <= 80:
        raise Unreadable(_("It has no id."))
    found = conversation.get("messages")
    if not isinstance(found, list) or len(found) > MOST_MESSAGES:
        raise Unreadable(_("Its messages are missing."))
    places: dict[str, int] = {}
    messages: list[ImportedMessage] = []
    for value in found:
        message = mapping(value, _("One of its messages cannot be read."))
        name = message.get("id")
        if not isinstance(name, str) or name in places:
            raise Unreadable(_("One of its messages cannot be read."))
        messages.append(_message(message, places, messages, bounds))
        places[name] = len(messages) - 1
    if not messages:
        raise Unreadable(_("There is no message in it."))
    active = conversation.get("active")
    created = bounds.moment(conversation.get("created")) or messages[0].created
    return ImportedConversation(
        source=f"{SOURCE}{key}",
        title=line(conversation.get("title"), 200),
        created=created,
        updated=bounds.moment(conversation.get("updated")) or created,
        messages=tuple(messages),
        active=places.get(active) if isinstance(active, str) else None,
        model=line(conversation.get("model"), 200),
        system_prompt=bounds.text(conversation.get("system_prompt", ""), "user"),
        pinned=conversation.get("pinned") is True,
        archived=conversation.get("archived") is True,
    )


def _message(
    message: dict[str, Any], places: dict[str, int], before: list[ImportedMessage], bounds: Bounds
) -> ImportedMessage:
    role, parent, status = message.get("role"), message.get("parent"), message.get("status")
    if role not in _ROLES:
        raise Unreadable(_("One of its messages cannot be read."))
    if parent is not None and (not isinstance(parent, str) or parent not in places):
        raise Unreadable(_("A message answers one that is missing."))
    place = None if parent is None else places[parent]
    content = bounds.text(message.get("content"), role) + _files(message)
    created = bounds.moment(message.get("created"))
    if created is None:
        created = bounds.now if place is None else before[place].created
    if role != "assistant":
        return ImportedMessage(place, role, content, created)
    reason = message.get("finish_reason")
    return ImportedMessage(
        parent=place,
        role=role,
        content=content,
        created=created,
        reasoning=bounds.text(message.get("reasoning", ""), role),
        # What ran when it was saved runs nowhere now.
        status=status if status in _ENDS else "interrupted",
        model=line(message.get("model"), 200),
        finish_reason=line(reason, 40) or None,
        usage=_usage(message.get("usage")),
        error=_error(message.get("error")),
        started=bounds.moment(message.get("started")),
        first_token=bounds.moment(message.get("first_token")),
        ended=bounds.moment(message.get("ended")),
    )


def _files(message: dict[str, Any]) -> str:
    """Files by name: what was in them is not in the document."""
    files = message.get("attachments")
    listed = files[:_MOST_FILES] if isinstance(files, list) else []
    named = [line(file.get("name"), 255) for file in listed if isinstance(file, dict)]
    return "".join("\n\n" + _("[file: {name}]").format(name=name) for name in named if name)


def _usage(value: Any) -> dict[str, int] | None:
    if not isinstance(value, dict):
        return None
    counts = {
        name: value[name]
        for name in _COUNTS
        if isinstance(value.get(name), int) and 0 <= value[name] <= _MOST_TOKENS
    }
    return counts or None


def _error(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    return {name: line(value.get(name), 1000) or None for name in ("type", "code", "message", "param")}
