"""Conversations, feedback and the list of models: the verbs that read and change what is kept."""

from typing import Any

import msgspec

from chat import limits
from chat.access import conversations as reading_conversations
from chat.actions import conversations
from chat.auth.caller import Caller
from chat.database import in_database, reading
from chat.service.listeners import tell_changed
from chat.service.requests import Changes, NewConversation, decode
from chat.service.runtime import runtime
from chat.service.temporary import refuse_temporary


async def list_conversations(
    caller: Caller,
    cursor: str | None = None,
    limit: int | None = None,
    q: str | None = None,
    archived: bool = False,
) -> dict[str, Any]:
    return await reading(
        reading_conversations.list_conversations,
        caller.user_id,
        cursor=cursor,
        limit=limit,
        q=q,
        archived=archived,
    )


async def make_conversation(caller: Caller, body: dict[str, Any] | bytes) -> dict[str, Any]:
    fields = decode(NewConversation, body)
    refuse_temporary(fields.temporary)
    _check_prompt(caller, fields.system_prompt)
    if fields.model:
        await _check_model(caller, fields.model)
    made = await in_database(
        conversations.make_conversation,
        caller.user_id,
        title=fields.title or "",
        model=fields.model or "",
        system_prompt=fields.system_prompt or "",
        params=fields.params,
        temporary=fields.temporary,
    )
    await tell_changed(caller.user_id, made["id"])
    return made


async def read_conversation(caller: Caller, conversation_id: str) -> dict[str, Any]:
    return await reading(reading_conversations.read_conversation, caller.user_id, conversation_id)


async def change_conversation(
    caller: Caller, conversation_id: str, body: dict[str, Any] | bytes
) -> dict[str, Any]:
    fields = msgspec.structs.asdict(decode(Changes, body))
    changes = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
    for name in ("model", "system_prompt"):
        if name in changes:
            changes[name] = changes[name] or ""
    _check_prompt(caller, changes.get("system_prompt"))
    if "params" in changes:
        changes["params"] = changes["params"] or {}
    if changes.get("model"):
        await _check_model(caller, changes["model"])
    changed = await in_database(conversations.change_conversation, caller.user_id, conversation_id, changes)
    await tell_changed(caller.user_id, changed["id"])
    return changed


async def list_models(caller: Caller) -> dict[str, Any]:
    """The models that this caller may use, as far as they are known now: never waits for a provider."""
    here = await runtime()
    results = [
        {
            "id": model.id,
            "name": model.name,
            "context_length": model.context_length,
            "vision": model.vision,
            "default": model.default,
        }
        for model in here.upstream.models(caller.group_ids)
    ]
    return {"results": results, "next": None}


def _check_prompt(caller: Caller, prompt: str | None) -> None:
    """It is sent with each message, and may be as long as one."""
    if prompt:
        limits.refuse_long_text(caller, len(prompt), what="The system_prompt", param="system_prompt")


async def _check_model(caller: Caller, name: str) -> None:
    here = await runtime()
    await here.upstream.ready()
    here.upstream.choose(name, caller.group_ids, {})
