"""The branch of a conversation that is sent to the model: every message from the first to this one.

Files that were attached stand before the question that they came with. Of images only the place is
here: their bytes are read when the provider is asked (`chat.service.images`), in no transaction.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from chat.actions.new_reply import Chosen
from chat.errors import BadRequest
from chat.models import Attachment, Conversation, Message
from chat.models.message import Role
from chat.parts import answers_call, content_parts_of, tool_calls_of, whole_tool_turns
from chat.statements import Param, Select

IMAGE = "image_file"
"""The type of a part that stands for an image whose bytes are still to be read."""


class _Row(NamedTuple):
    """Of a message, what a model is told."""

    id: UUID
    role: str
    content: str
    parts: Any


class _File(NamedTuple):
    """Of an attachment, the same."""

    message: UUID
    kind: str
    name: str
    text: str
    file: str
    content_type: str


def _messages(conversation: Any) -> QuerySet[Message]:
    return Message.objects.filter(conversation=conversation, deleted__isnull=True)


def _files(conversation: Any) -> QuerySet[Attachment]:
    return Attachment.objects.filter(message__conversation=conversation).order_by("position", "id")


_CONVERSATION = Param("conversation", UUIDField())
_TOLD_OF_MESSAGE = ("id", "role", "content", "parts")
_TOLD_OF_FILE = ("message_id", "kind", "name", "text", "file", "content_type")
_tree = Select(lambda: _messages(_CONVERSATION).values_list("id", "parent_id"))
_all_messages = Select(lambda: _messages(_CONVERSATION).values_list(*_TOLD_OF_MESSAGE))
_all_files = Select(lambda: _files(_CONVERSATION).values_list(*_TOLD_OF_FILE))


def branch_context(
    conversation: Conversation, last: UUID | None, *, vision: bool
) -> tuple[dict[str, Any], ...]:
    """OpenAI chat messages up to `last`, system prompt first. Interrupted replies are in it as they are.

    Three queries, whatever the length of the branch and the number of branches. To a model without
    `vision` the images of earlier questions are told by their names.
    """
    parents = dict(_tree.rows(conversation=conversation.id))
    branch: list[UUID] = []
    while last is not None and last in parents:
        branch.append(last)
        last = parents[last]
    branch.reverse()
    rows: Iterable[tuple[Any, ...]]
    files: Iterable[tuple[Any, ...]]
    if len(branch) < len(parents):
        rows = _messages(conversation).filter(id__in=branch).values_list(*_TOLD_OF_MESSAGE)
        files = _files(conversation).filter(message__in=branch).values_list(*_TOLD_OF_FILE)
    else:
        rows = _all_messages.rows(conversation=conversation.id)
        files = _all_files.rows(conversation=conversation.id)
    by_id = {row.id: row for row in map(_Row._make, rows)}
    given: dict[UUID | None, list[_File]] = {}
    for file in map(_File._make, files):
        given.setdefault(file.message, []).append(file)
    messages: list[dict[str, Any]] = []
    if conversation.system_prompt:
        messages.append({"role": Role.SYSTEM.value, "content": conversation.system_prompt})
    for key in branch:
        row = by_id[key]
        content = _with_files(_content(row), given.get(key, ()), vision=vision)
        if row.role == Role.TOOL:
            messages.append({"role": row.role, "content": content, "tool_call_id": answers_call(row.parts)})
        elif calls := tool_calls_of(row.parts):
            messages.append({"role": row.role, "content": content or None, "tool_calls": list(calls)})
        elif content:
            messages.append({"role": row.role, "content": content})
    return tuple(whole_tool_turns(messages))


def first_context(conversation: Conversation, question: str) -> tuple[dict[str, Any], ...]:
    """The same for the first question of a new conversation, without files: nothing need be read."""
    said = ((Role.SYSTEM, conversation.system_prompt), (Role.USER, question))
    return tuple({"role": role.value, "content": content} for role, content in said if content)


def refuse_unseen(attachments: Iterable[Attachment], chosen: Chosen) -> None:
    """Raise `BadRequest` where an image was given to a model that reads none."""
    if not chosen.vision and any(file.kind == Attachment.Kind.IMAGE for file in attachments):
        raise BadRequest(
            f"The model {chosen.model} does not read images. Remove them, or choose another model.",
            code="model_without_vision",
            param="attachments",
        )


def _content(row: _Row) -> Any:
    """The text; with what else the message has, as parts."""
    others = content_parts_of(row.parts)
    if not others:
        return row.content
    return [*([_text(row.content)] if row.content else []), *others]


def _with_files(content: Any, files: Sequence[_File], *, vision: bool) -> Any:
    """The content with what was attached before it: one text where that can say it all.

    Many servers that speak OpenAI's protocol take a message in parts only where they must.
    """
    if not files:
        return content
    parts = [_part(file, vision=vision) for file in files]
    if isinstance(content, str) and all(part["type"] == "text" for part in parts):
        return "\n\n".join([*(part["text"] for part in parts), content])
    own = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return [*parts, *own]


def _part(file: _File, *, vision: bool) -> dict[str, Any]:
    if file.kind != Attachment.Kind.IMAGE:
        return _text(f'<attachment name="{file.name}">\n{file.text}\n</attachment>')
    if vision:
        return {"type": IMAGE, "file": file.file, "name": file.name, "content_type": file.content_type}
    return _text(f'<attachment name="{file.name}">(An image, which this model cannot see.)</attachment>')


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
