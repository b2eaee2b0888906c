"""Store a call that brings its whole history: in the conversation that it goes on with, on its branch.

A client of OpenAI's API knows no conversation. What was asked before is known again by the chain of what
was said (`chat.history`), kept with each message that a reply was asked below. The reply
to it is known by its text, also where the client has only the beginning of one that was cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.access.rows import conversation_for, locked_conversation_for
from chat.access.running_text import read_pieces
from chat.actions.ask import first_words
from chat.actions.attachments import bind
from chat.actions.idempotency import Claim, claim_reply, joined_reply
from chat.actions.new_reply import Epoch, NewReply, Origin, add_reply, store
from chat.actions.quotas import refuse_beyond_quota
from chat.group_commit import atomic
from chat.history import History, Said, plain
from chat.models import Completion, Conversation, Message
from chat.models.status import Status
from chat.parts import tool_calls_of
from chat.search import waiting

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
    """Where the history goes on. Six queries at most, however long it is. Raises `NotFound`.

    It goes on where it quotes a reply that was made here. A history whose answers are all the client's own
    (examples before a question) is a beginning, as a question alone is.
    """
    only = None if conversation is None else conversation_for(user_id, conversation).id
    rows = Message.objects.filter(
        conversation__owner_id=user_id,
        conversation__deleted__isnull=True,
        conversation__temporary=False,
        deleted__isnull=True,
    )
    if only is None:
        rows = rows.filter(Q(children__completion__isnull=False) | Q(parent__completion__isnull=False))
    else:
        rows = rows.filter(conversation=only)
    said = history.said
    known, alike = _deepest(rows, {one.chain: place for place, one in enumerate(said) if one.chain})
    if known < len(said) and alike:
        for reply in _replies_to(alike):
            if _is_same(reply, said[known]):
                return Place(reply.conversation_id, reply.id, known + 1)
    for row in alike:
        if only is not None or (row.parent is not None and row.parent.completion_id is not None):
            return Place(row.conversation_id, row.id, known)
    return Place(only)


def _deepest(rows: QuerySet[Message], places: dict[str, int]) -> tuple[int, list[Message]]:
    """How many of the messages are known at most, and the messages that end what is; newest first.

    The last two ends alone are what a history that grows has; each is looked for by itself, since an
    earlier one may be the beginning of very many.
    """
    deepest_first = sorted(places, key=places.__getitem__, reverse=True)
    for chains in (deepest_first[:1], deepest_first[1:2], deepest_first[2:]):
        found = list(
            rows.filter(chain__in=chains)
            .select_related("parent")
            .only("id", "conversation_id", "chain", "parent__completion_id")
            .distinct()
            .order_by("-id")[:MOST_ALIKE]
        )
        if found:
            place = max(places[row.chain] for row in found)
            return place + 1, [row for row in found if places[row.chain] == place]
    return 0, []


def _replies_to(questions: Sequence[Message]) -> list[Message]:
    """Those that were made here, newest first; those that run with the text that they have now."""
    pieces = read_pieces(completion__message__parent__in=questions)
    replies = list(
        Message.objects.filter(parent__in=questions, completion__isnull=False, deleted__isnull=True)
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


@atomic
def _complete(origin: Origin, asked: Asked, claim: Claim | None) -> NewReply | UUID:
    joined = joined_reply(origin.user_id, claim)
    if joined is not None:
        return joined
    chosen = origin.choose_model(asked.model, asked.params)
    if not asked.keep:
        conversation = Conversation(owner_id=origin.user_id, temporary=True, deleted=timezone.now())
        refuse_beyond_quota(origin)
        request = None
    else:
        place = find_place(origin.user_id, asked.history, asked.conversation)
        if place.conversation is None:
            conversation = Conversation(owner_id=origin.user_id)
        else:
            conversation = locked_conversation_for(origin.user_id, place.conversation)
        refuse_beyond_quota(origin)
        _describe(conversation, asked)
        request = _store_said(conversation, asked, place)
    parent = None if request is None else request.id
    reply, completion = add_reply(origin, conversation, parent, chosen, asked.kept_params, asked.messages)
    if not asked.keep:
        # Nothing of it is for the rules to look at: it is gone when it has ended.
        Completion.objects.filter(id=completion).update(looked_at=None)
    claim_reply(origin.user_id, claim, reply)
    return NewReply(
        conversation=conversation.id,
        request=parent,
        reply=reply,
        epochs=(Epoch(completion, 0, 0),),
        model=chosen.model,
        params=asked.params,
        context=asked.messages,
        verbatim=True,
    )


def _describe(conversation: Conversation, asked: Asked) -> None:
    """What the conversation is now known by: its instructions and model are those of the last call.

    It is stored with its reply (`add_reply`).
    """
    first = not conversation.title
    if first:
        questions = (one.text for one in asked.history.said if one.role == "user" and one.text.strip())
        conversation.title = first_words(next(questions, "")) or conversation.title
    conversation.system_prompt = asked.history.instructions
    conversation.model = asked.model
    if first:
        waiting.note(title_of=conversation.id)


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
    for row in new:
        waiting.note(message=row.id)
    for number, row in enumerate(new, place.known):
        ids = pictures.get(number, ())
        bind(conversation.owner_id, row.id, ids, most=len(ids))
    assert parent is not None, "a history has one message at least"
    return parent
