"""Store a call that brings its whole history: in the conversation that it goes on with, on its branch.

A client of OpenAI's API knows no conversation. What was asked before is known again by the chain of what
was said (`chat.history`), kept with each message that a reply was asked below. The reply
to it is known by its text, also where the client has only the beginning of one that was cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chat.access.rows import conversation_for, locked_conversation_for
from chat.access.running_text import read_pieces
from chat.actions.ask import first_words
from chat.actions.attachments import bind
from chat.actions.idempotency import Claim, claim_reply, joined_reply
from chat.actions.new_reply import Epoch, NewReply, Origin, add_reply, check_running, store
from chat.history import History, Said, plain
from chat.models import Completion, Conversation, Message
from chat.models.message import Role
from chat.models.status import Status
from chat.parts import tool_calls_of
from chat.search import index

MOST_ALIKE = 20
"""Conversations that began alike are looked at, newest first: "hi" begins very many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call. `messages` and `params` go to the provider as they are."""

    history: History
    messages: tuple[dict[str, Any], ...]
    model: str
    params: dict[str, Any]
    kept_params: dict[str, Any]
    """What of them is saved with the reply."""
    conversation: str | None = None
    """Where it belongs, if the client says so itself."""
    keep: bool = True
    pictures: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """The uploaded pictures of a message, by its place in what was said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a conversation a history goes on: `parent` is the last that is known, `known` how many are."""

    conversation: UUID | None = None
    parent: UUID | None = None
    known: int = 0


def complete(origin: Origin, asked: Asked, claim: Claim | None = None) -> NewReply | UUID:
    """Store what is new, and the empty reply; or the id of the reply that the same call began before."""
    return store(origin, lambda: _complete(origin, asked, claim))


def find_place(user_id: int, history: History, conversation: str | None = None) -> Place:
    """Where the history goes on. Three queries, however long it is. Raises `NotFound` for a conversation."""
    only = None if conversation is None else conversation_for(user_id, conversation).id
    said = history.said
    places = {one.chain: place for place, one in enumerate(said) if one.chain}
    rows = Message.objects.filter(
        conversation__owner_id=user_id,
        conversation__deleted__isnull=True,
        conversation__temporary=False,
        deleted__isnull=True,
        chain__in=places,
    )
    if only is not None:
        rows = rows.filter(conversation=only)
    elif all(one.role != "assistant" for one in said):
        return Place()  # a first question: nothing tells that it belongs to an earlier one like it
    alike = [(places[row.chain], row) for row in rows.only("id", "conversation_id", "chain").order_by("-id")]
    if not alike:
        return Place(only)
    deepest = max(place for place, _ in alike)
    candidates = [row for place, row in alike if place == deepest][:MOST_ALIKE]
    if deepest + 1 == len(said):
        return Place(candidates[0].conversation_id, candidates[0].id, len(said))
    answer = said[deepest + 1]
    for reply in _replies_to(candidates):
        if _is_same(reply, answer):
            return Place(reply.conversation_id, reply.id, deepest + 2)
    if only is None and all(one.role != "assistant" for one in said[: deepest + 1]):
        return Place()  # only the question is alike, and the answer is another one
    return Place(candidates[0].conversation_id, candidates[0].id, deepest + 1)


def _replies_to(questions: Sequence[Message]) -> list[Message]:
    """Newest first; those that run with the text that they have now."""
    pieces = read_pieces(completion__message__parent__in=questions)
    replies = list(
        Message.objects.filter(parent__in=questions, role=Role.ASSISTANT, deleted__isnull=True)
        .only("id", "conversation_id", "content", "reasoning", "parts", "status", "completion_id")
        .order_by("-id")
    )
    pieces.join(replies)
    return replies


def _is_same(reply: Message, answer: Said) -> bool:
    """Whether the client's answer is this reply, or the beginning of one that did not come to its end."""
    calls = [call["id"] for call in tool_calls_of(reply.parts)]
    if calls != [call["id"] for call in tool_calls_of(answer.parts)]:
        return False
    ours, theirs = plain(reply.content), plain(answer.text)
    if ours == theirs:
        return True
    return reply.status != Status.COMPLETE and bool(theirs) and ours.startswith(theirs)


@transaction.atomic
def _complete(origin: Origin, asked: Asked, claim: Claim | None) -> NewReply | UUID:
    joined = joined_reply(origin.user_id, claim)
    if joined is not None:
        return joined
    chosen = origin.choose_model(asked.model, asked.params)
    if not asked.keep:
        conversation = Conversation(owner_id=origin.user_id, temporary=True, deleted=timezone.now())
        conversation.save(force_insert=True)
        check_running(origin)
        request = None
    else:
        place = find_place(origin.user_id, asked.history, asked.conversation)
        if place.conversation is None:
            conversation = Conversation(owner_id=origin.user_id)
        else:
            conversation = locked_conversation_for(origin.user_id, place.conversation)
        check_running(origin)
        _describe(conversation, asked)
        request = _store_said(conversation, asked, place)
    reply, completion = add_reply(origin, conversation, request, chosen, asked.kept_params)
    if not asked.keep:
        # Nothing of it is for the rules to look at: it is gone when it has ended.
        Completion.objects.filter(id=completion.id).update(looked_at=None)
    claim_reply(origin.user_id, claim, reply)
    return NewReply(
        conversation=conversation.id,
        request=None if request is None else request.id,
        reply=reply.id,
        epochs=(Epoch(completion.id, 0, 0),),
        model=chosen.model,
        params=asked.params,
        context=asked.messages,
        verbatim=True,
    )


def _describe(conversation: Conversation, asked: Asked) -> None:
    """What the conversation is now known by: its instructions and model are those of the last call."""
    first = not conversation.title
    if first:
        questions = (one.text for one in asked.history.said if one.role == "user" and one.text.strip())
        conversation.title = first_words(next(questions, "")) or conversation.title
    conversation.system_prompt = asked.history.instructions
    conversation.model = asked.model
    conversation.save()
    if first:
        index.put_title(conversation)


def _store_said(conversation: Conversation, asked: Asked, place: Place) -> Message:
    """The messages that are not there yet, one below the other; the last, which the reply goes below."""
    said = asked.history.said
    parent = None if place.parent is None else Message.objects.get(id=place.parent)
    pictures = dict(asked.pictures)
    new = []
    for number in range(place.known, len(said)):
        one = said[number]
        parent = Message(
            conversation=conversation,
            parent=parent,
            role=one.role,
            content=one.text,
            reasoning=one.reasoning,
            parts=one.parts,
            chain=one.chain,
        )
        new.append(parent)
    Message.objects.bulk_create(new)
    index.put_messages((row.id, conversation.id, conversation.owner_id, row.content) for row in new)
    for number, row in enumerate(new, place.known):
        ids = pictures.get(number, ())
        bind(conversation.owner_id, row, ids, most=len(ids))
    assert parent is not None, "a history has one message at least"
    return parent
