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
from chat.statements import Among, Param, Select, stored_key

IMAGE = "image_file"
"""The type of a part that stands for an image whose bytes are still to be read."""


class _File(NamedTuple):
    """Of an attachment, the same."""

    message: Any
    """Its key, as the database stores it."""
    kind: str
    name: str
    text: str
    file: str
    content_type: str


def _messages(conversation: Any) -> QuerySet[Message]:
    return Message.objects.filter(conversation=conversation, deleted__isnull=True)


def _files(conversation: Any) -> QuerySet[Attachment]:
    return Attachment.objects.filter(message__conversation=conversation).order_by("position", "id")


_CONVERSATION, _BRANCH = Param("conversation", UUIDField()), Param("branch", UUIDField())
_TOLD_OF_MESSAGE = ("id", "role", "content", "parts")
_TOLD_OF_FILE = ("message_id", "kind", "name", "text", "file", "content_type")
_tree = Select(lambda: _messages(_CONVERSATION).values_list("id", "parent_id"), as_stored=(0, 1))
_all_messages = Select(lambda: _messages(_CONVERSATION).values_list(*_TOLD_OF_MESSAGE), as_stored=(0,))
_all_files = Select(lambda: _files(_CONVERSATION).values_list(*_TOLD_OF_FILE), as_stored=(0,))
_messages_of = Select(
    lambda: Message.objects.filter(Among("id", _BRANCH)).values_list(*_TOLD_OF_MESSAGE), as_stored=(0,)
)
_files_of = Select(
    lambda: (
        Attachment.objects.filter(Among("message_id", _BRANCH))
        .order_by("position", "id")
        .values_list(*_TOLD_OF_FILE)
    ),
    as_stored=(0,),
)


def branch_context(
    conversation: Conversation, last: UUID | None, *, vision: bool
) -> tuple[dict[str, Any], ...]:
    """OpenAI chat messages up to `last`, system prompt first. Interrupted replies are in it as they are.

    Three queries, whatever the length of the branch and the number of branches. To a model without
    `vision` the images of earlier questions are told by their names.
    """
    parents = dict(_tree.rows(conversation=conversation.id))
    branch: list[Any] = []
    key = None if last is None else stored_key(last)
    while key is not None and key in parents:
        branch.append(key)
        key = parents[key]
    branch.reverse()
    if len(branch) < len(parents):
        rows = _messages_of.rows(branch=branch)
        files = _files_of.rows(branch=branch)
    else:
        rows = _all_messages.rows(conversation=conversation.id)
        files = _all_files.rows(conversation=conversation.id)
    said = {key: row for key, *row in rows}
    given: dict[Any, list[_File]] = {}
    for file in map(_File._make, files):
        given.setdefault(file.message, []).append(file)
    messages: list[dict[str, Any]] = []
    if conversation.system_prompt:
        messages.append({"role": Role.SYSTEM.value, "content": conversation.system_prompt})
    with_tools = False
    for key in branch:
        role, content, parts = said[key]
        if parts or key in given:
            content = _with_files(_content(content, parts), given.get(key, ()), vision=vision)
        if role == Role.TOOL:
            with_tools = True
            messages.append({"role": role, "content": content, "tool_call_id": answers_call(parts)})
        elif parts and (calls := tool_calls_of(parts)):
            with_tools = True
            messages.append({"role": role, "content": content or None, "tool_calls": list(calls)})
        elif content:
            messages.append({"role": role, "content": content})
    return tuple(whole_tool_turns(messages) if with_tools else messages)


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


def _content(text: str, parts: Any) -> Any:
    """The text; with what else the message has, as parts."""
    others = content_parts_of(parts)
    if not others:
        return text
    return [*([_text(text)] if text else []), *others]


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
