"""Ask the model again: a new reply to the same request (regenerate), or more of the same reply (continue)."""

from typing import Any
from uuid import UUID

from chat.access.rows import answers_to, locked_conversation_for, message_for
from chat.actions.context import branch_context, refuse_unseen
from chat.actions.idempotency import Claim, claim_reply, joined_reply
from chat.actions.new_reply import Epoch, NewReply, Origin, add_reply, open_completion, store
from chat.actions.quotas import refuse_beyond_quota
from chat.errors import BadRequest, Conflict
from chat.group_commit import atomic
from chat.models import Conversation, Message
from chat.models.message import Role
from chat.models.status import Status

CUT_OFF = {Status.STOPPED, Status.INTERRUPTED, Status.FAILED}


def regenerate(
    origin: Origin,
    message_id: str,
    model: str | None,
    params: dict[str, Any] | None,
    claim: Claim | None = None,
) -> NewReply | UUID:
    """A new reply beside this one. Also right while this one still runs."""
    return store(origin, lambda: _regenerate(origin, message_id, model, params, claim))


def continue_(
    origin: Origin,
    message_id: str,
    model: str | None,
    params: dict[str, Any] | None,
    claim: Claim | None = None,
) -> NewReply | UUID:
    """A further completion of this reply, which was cut off. Raises `Conflict` where it was not."""
    return store(origin, lambda: _continue(origin, message_id, model, params, claim))


@atomic
def _regenerate(
    origin: Origin, message_id: str, model: str | None, params: dict[str, Any] | None, claim: Claim | None
) -> NewReply | UUID:
    joined = joined_reply(origin.user_id, claim)
    if joined is not None:
        return joined
    conversation = locked_conversation_for(
        origin.user_id, message_for(origin.user_id, message_id).conversation_id
    )
    message = message_for(origin.user_id, message_id)  # read again, under the lock: it may be deleted now
    request = message.parent if message.role == Role.ASSISTANT else message
    if request is None or request.role == Role.ASSISTANT:
        raise BadRequest("This message is no reply to a question.", param="message")
    refuse_beyond_quota(origin)
    sent = _params(conversation, message, params)
    chosen = origin.choose_model(model or message.model or conversation.model, sent)
    refuse_unseen(request.attachments.defer("text"), chosen)
    context = branch_context(conversation, request.id, vision=chosen.vision)
    reply, completion = add_reply(origin, conversation, request.id, chosen, sent, context)
    claim_reply(origin.user_id, claim, reply)
    return NewReply(
        conversation=conversation.id,
        request=request.id,
        reply=reply,
        epochs=(Epoch(completion, 0, 0),),
        model=chosen.model,
        params=sent,
        context=context,
    )


@atomic
def _continue(
    origin: Origin, message_id: str, model: str | None, params: dict[str, Any] | None, claim: Claim | None
) -> NewReply | UUID:
    joined = joined_reply(origin.user_id, claim)
    if joined is not None:
        return joined
    conversation = locked_conversation_for(
        origin.user_id, message_for(origin.user_id, message_id).conversation_id
    )
    message = message_for(origin.user_id, message_id)  # read again, under the lock
    _refuse_what_is_not_cut_off(message)
    refuse_beyond_quota(origin)
    sent = _params(conversation, message, params)
    chosen = origin.choose_model(model or message.model, sent)
    context = branch_context(conversation, message.id, vision=chosen.vision)
    open_completion(origin, message, chosen, sent, context, number=message.completions.count() + 1)
    claim_reply(origin.user_id, claim, message.id)
    epochs = message.completions.order_by("number").values_list("id", "reasoning_start", "text_start")
    return NewReply(
        conversation=conversation.id,
        request=message.parent_id,
        reply=message.id,
        epochs=tuple(Epoch(*epoch) for epoch in epochs),
        model=chosen.model,
        params=sent,
        context=context,
        text=message.content,
        reasoning=message.reasoning,
    )


def _refuse_what_is_not_cut_off(message: Message) -> None:
    if message.role != Role.ASSISTANT:
        raise BadRequest("Only a reply can be continued.", param="message")
    if message.status == Status.STREAMING:
        raise Conflict("This reply is still running.", code="reply_running")
    completion = message.completion
    by_length = completion is not None and completion.finish_reason == "length"
    if message.status not in CUT_OFF and not by_length:
        raise Conflict("This reply is complete: there is nothing to continue.", code="reply_complete")
    if answers_to(message).exists():
        raise Conflict(
            "This reply has answers below it. Regenerate it, or ask the model to go on.",
            code="reply_has_answers",
        )


def _params(conversation: Conversation, message: Message, params: dict[str, Any] | None) -> dict[str, Any]:
    """The parameters given, else the conversation's, else those that the reply had."""
    if params is not None:
        return params
    kept: dict[str, Any] = conversation.params
    if kept:
        return kept
    return message.completion.params if message.completion is not None else {}
