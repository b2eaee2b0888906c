"""Ask, regenerate, continue: the verbs that begin replies, or find that they were begun before."""

from uuid import UUID

from msgspec import UnsetType

from chat import limits
from chat.access.rows import as_uuid
from chat.actions import again as again_actions
from chat.actions.ask import Question
from chat.actions.ask import ask as store_question
from chat.auth.caller import Caller
from chat.service.following import Following
from chat.service.one_call import Beginning
from chat.service.requests import Again, Ask, request_hash
from chat.service.runtime import Runtime, runtime
from chat.service.temporary import refuse_temporary


async def ask(
    caller: Caller,
    body: Ask,
    *,
    idempotency_key: str | None = None,
    last_event_id: str | None = None,
    render: bool = False,
) -> Following:
    """Store the question, start the reply and follow it; a retry joins the first call's reply."""
    here = await runtime()
    _check_length(caller, body)
    refuse_temporary(body.temporary)
    question = Question(
        content=body.content,
        conversation=body.conversation,
        at_end=isinstance(body.parent, UnsetType),
        parent=None if isinstance(body.parent, UnsetType) else body.parent,
        model=body.model,
        system_prompt=body.system_prompt,
        params=body.params,
        temporary=body.temporary,
        attachments=body.attachments,
    )
    call = _call(here, caller, "chat", body, idempotency_key, last_event_id, render=render)
    return await call.begin(lambda origin, claim: store_question(origin, question, claim))


async def regenerate(
    caller: Caller,
    message_id: str,
    body: Again,
    *,
    idempotency_key: str | None = None,
    last_event_id: str | None = None,
    render: bool = False,
) -> Following:
    """A new reply to the same request, beside this one."""
    here = await runtime()
    key = str(as_uuid(message_id, "message"))
    call = _call(here, caller, f"regenerate {key}", body, idempotency_key, last_event_id, render=render)
    return await call.begin(
        lambda origin, claim: again_actions.regenerate(origin, key, body.model, body.params, claim)
    )


async def continue_(
    caller: Caller,
    message_id: str,
    body: Again,
    *,
    idempotency_key: str | None = None,
    last_event_id: str | None = None,
    render: bool = False,
) -> Following:
    """More of a reply that was cut off, in the same message, from its old length on."""
    here = await runtime()
    reply = as_uuid(message_id, "message")
    key = str(reply)
    call = _call(
        here,
        caller,
        f"continue {key}",
        body,
        idempotency_key,
        last_event_id,
        render=render,
        continued=reply,
    )
    return await call.begin(
        lambda origin, claim: again_actions.continue_(origin, key, body.model, body.params, claim)
    )


def _call(
    here: Runtime,
    caller: Caller,
    endpoint: str,
    body: Ask | Again,
    idempotency_key: str | None,
    last_event_id: str | None,
    *,
    render: bool,
    continued: UUID | None = None,
) -> Beginning:
    return Beginning(
        here,
        caller,
        endpoint,
        request_hash(endpoint, body),
        idempotency_key,
        last_event_id,
        render=render,
        resume_window=body.resume_window,
        background=body.background,
        continued=continued,
    )


def _check_length(caller: Caller, body: Ask) -> None:
    for name in ("content", "system_prompt"):
        text = getattr(body, name)
        if text is not None:
            limits.refuse_long_text(caller, len(text), what=f"The {name}", param=name)
