"""The branch of a conversation that is sent to the model: every message from the first to this one.

Files that were attached stand before the question that they came with. Of images only the place is
here: their bytes are read when the provider is asked (`chat.service.images`), in no transaction.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from chat.actions.new_reply import Chosen
from chat.errors import BadRequest
from chat.models import Attachment, Conversation, Message
from chat.models.message import Role
from chat.parts import answers_call, content_parts_of, tool_calls_of, whole_tool_turns

IMAGE = "image_file"
"""The type of a part that stands for an image whose bytes are still to be read."""


def branch_context(
    conversation: Conversation, last: UUID | None, *, vision: bool
) -> tuple[dict[str, Any], ...]:
    """OpenAI chat messages up to `last`, system prompt first. Interrupted replies are in it as they are.

    Three queries, whatever the length of the branch and the number of branches. To a model without
    `vision` the images of earlier questions are told by their names.
    """
    rows = Message.objects.filter(conversation=conversation, deleted__isnull=True)
    parents = dict(rows.values_list("id", "parent_id"))
    branch: list[UUID] = []
    while last is not None and last in parents:
        branch.append(last)
        last = parents[last]
    branch.reverse()
    files = Attachment.objects.filter(message__conversation=conversation)
    if len(branch) < len(parents):
        rows = rows.filter(id__in=branch)
        files = files.filter(message__in=branch)
    by_id = {row.id: row for row in rows.only("id", "role", "content", "parts")}
    given: dict[UUID | None, list[Attachment]] = {}
    for file in files.order_by("position", "id"):
        given.setdefault(file.message_id, []).append(file)
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


def refuse_unseen(attachments: Iterable[Attachment], chosen: Chosen) -> None:
    """Raise `BadRequest` where an image was given to a model that reads none."""
    if not chosen.vision and any(file.kind == Attachment.Kind.IMAGE for file in attachments):
        raise BadRequest(
            f"The model {chosen.model} does not read images. Remove them, or choose another model.",
            code="model_without_vision",
            param="attachments",
        )


def _content(row: Message) -> Any:
    """The text; with what else the message has, as parts."""
    others = content_parts_of(row.parts)
    if not others:
        return row.content
    return [*([_text(row.content)] if row.content else []), *others]


def _with_files(content: Any, files: Sequence[Attachment], *, vision: bool) -> Any:
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


def _part(file: Attachment, *, vision: bool) -> dict[str, Any]:
    if file.kind != Attachment.Kind.IMAGE:
        return _text(f'<attachment name="{file.name}">\n{file.text}\n</attachment>')
    if vision:
        return {"type": IMAGE, "file": file.file, "name": file.name, "content_type": file.content_type}
    return _text(f'<attachment name="{file.name}">(An image, which this model cannot see.)</attachment>')


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
