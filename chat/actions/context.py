"""The branch of a conversation that is sent to the model: every message from the first to this one."""

from typing import Any
from uuid import UUID

from chat.models import Conversation, Message
from chat.models.message import Role


def branch_context(conversation: Conversation, last: UUID | None) -> tuple[dict[str, Any], ...]:
    """OpenAI chat messages up to `last`, system prompt first. Interrupted replies are in it as they are.

    Two queries, whatever the length of the branch and the number of branches.
    """
    parents = dict(Message.objects.filter(conversation=conversation).values_list("id", "parent_id"))
    branch: list[UUID] = []
    while last is not None and last in parents:
        branch.append(last)
        last = parents[last]
    branch.reverse()
    rows = Message.objects.filter(conversation=conversation)
    if len(branch) < len(parents):
        rows = rows.filter(id__in=branch)
    by_id = {row.id: row for row in rows.only("id", "role", "content", "parts")}
    messages: list[dict[str, Any]] = []
    if conversation.system_prompt:
        messages.append({"role": Role.SYSTEM.value, "content": conversation.system_prompt})
    for key in branch:
        row = by_id[key]
        if row.content or row.parts:
            messages.append({"role": row.role, "content": row.parts or row.content})
    return tuple(messages)
