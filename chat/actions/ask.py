"""Ask: store the question and the empty reply."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chat.access.preferences import preferences_of
from chat.access.rows import active_of, as_uuid, locked_conversation_for, messages_of, no_such
from chat.actions.attachments import bind
from chat.actions.context import branch_context, first_context, refuse_unseen
from chat.actions.idempotency import Claim, claim_reply, joined_reply
from chat.actions.new_reply import (
    Epoch,
    NewReply,
    Origin,
    add_reply,
    insert_message,
    is_available,
    refuse_running,
    store,
)
from chat.actions.quotas import refuse_beyond_quota
from chat.errors import BadRequest
from chat.group_commit import atomic
from chat.models import Conversation, Message
from chat.models.message import Role
from chat.search import waiting

TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `at_end` of the active branch, else below `parent`, None being a new beginning."""

    content: str
    conversation: str | None = None
    at_end: bool = True
    parent: str | None = None
    model: str | None = None
    system_prompt: str | None = None
    params: dict[str, Any] | None = None
    """None: the conversation's."""
    temporary: bool = False
    attachments: tuple[str, ...] = ()


def ask(origin: Origin, question: Question, claim: Claim | None = None) -> NewReply | UUID:
    """Store question and empty running reply; or the id of the reply that the same call began before."""
    return store(origin, lambda: _ask(origin, question, claim))


@atomic
def _ask(origin: Origin, question: Question, claim: Claim | None) -> NewReply | UUID:
    joined = joined_reply(origin.user_id, claim)
    if joined is not None:
        return joined
    if question.conversation is None:
        if question.parent is not None:
            raise BadRequest("A parent needs its conversation.", param="conversation")
        conversation = _new_conversation(origin, question)
    else:
        if question.temporary:
            raise BadRequest("Only a new conversation can be temporary.", param="temporary")
        conversation = locked_conversation_for(origin.user_id, question.conversation)
    refuse_beyond_quota(origin)
    parent = _parent(origin, conversation, question)
    refuse_running(parent)
    params = conversation.params if question.params is None else question.params
    chosen = origin.choose_model(question.model or conversation.model, params)
    if question.model:
        conversation.model = question.model
    if question.system_prompt is not None:
        conversation.system_prompt = question.system_prompt
    first = not conversation.title
    if first:
        conversation.title = first_words(question.content)
    is_new = conversation._state.adding
    request: UUID = insert_message(
        conversation_id=conversation.id,
        parent_id=None if parent is None else parent.id,
        role=Role.USER,
        content=question.content,
    )
    waiting.note(message=request, title_of=conversation.id if first else None)
    files = bind(origin.user_id, request, question.attachments, most=origin.max_attachments)
    refuse_unseen(files, chosen)
    if is_new and not files:
        context = first_context(conversation, question.content)
    else:
        context = branch_context(conversation, request, vision=chosen.vision)
    reply, completion = add_reply(origin, conversation, request, chosen, params, context)
    claim_reply(origin.user_id, claim, reply)
    return NewReply(
        conversation=conversation.id,
        request=request,
        reply=reply,
        epochs=(Epoch(completion, 0, 0),),
        model=chosen.model,
        params=params,
        context=context,
        question=question.content if first else None,
    )


def _new_conversation(origin: Origin, question: Question) -> Conversation:
    """Programs say all that they want themselves; on the page the settings say it for its user."""
    made = Conversation(owner_id=origin.user_id, temporary=question.temporary)
    if origin.on_page:
        preferred = preferences_of(origin.user_id)
        made.system_prompt, made.params = preferred.system_prompt, preferred.params
        if not question.model and is_available(origin, preferred.model):
            made.model = preferred.model
    return made


def _parent(origin: Origin, conversation: Conversation, question: Question) -> Message | None:
    if question.at_end:
        return active_of(conversation)
    if question.parent is None:
        return None
    key = as_uuid(question.parent, "message")
    parent = messages_of(origin.user_id).filter(id=key).first()
    if parent is None:
        raise no_such("message")
    if parent.conversation_id != conversation.id:
        raise BadRequest("The parent is a message of another conversation.", param="parent")
    if parent.role == Role.USER:
        raise BadRequest("The parent of a question is a reply, or null for a new beginning.", param="parent")
    return parent


def first_words(text: str) -> str:
    """The title until a better one is made: the question's first words, one line."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[:TITLE_LENGTH]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
