"""The rows of a reply that begins, and the value that its start needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import UUIDField
from django.utils import timezone

from chat.digest.spent import reckon_all
from chat.digest.stale import note_change
from chat.errors import BadRequest, Conflict
from chat.ids import new_id
from chat.models import Completion, Conversation, Message, Server
from chat.models.message import Role
from chat.models.status import Status
from chat.quota import NOTHING_SAID, Allowance, Quota
from chat.statements import Insert, Param, Update

Context = tuple[dict[str, Any], ...]
"""What is sent to the model, as OpenAI chat messages."""


insert_message = Insert(Message)
_insert_conversation = Insert(Conversation)
_insert_completion = Insert(Completion)
_go_on = Update(
    lambda: Message.objects.filter(id=Param("id", UUIDField())), *("completion", "model", "status")
)
_move_on = Update(
    lambda: Conversation.objects.filter(id=Param("id", UUIDField())),
    *("active", "updated", "title", "model", "system_prompt"),
)


@dataclass(frozen=True, slots=True)
class Epoch:
    """A completion of the reply, and the lengths (code points) that the reply had when it began."""

    id: UUID
    reasoning_start: int
    text_start: int


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply (or a further completion of one) whose rows are stored and whose upstream is to be opened."""

    conversation: UUID
    request: UUID | None
    reply: UUID
    epochs: tuple[Epoch, ...]
    model: str
    params: dict[str, Any]
    context: Context
    """The whole branch as OpenAI chat messages, system prompt first."""
    text: str = ""
    reasoning: str = ""
    verbatim: bool = False
    """The context is what the client itself sent: nothing of it is left out or cut."""
    question: str | None = None
    """The first question of a new conversation, from which a title may be made."""

    @property
    def continuing(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model by its public id, and the name of the connection that it is reached by."""

    model: str
    connection: str
    vision: bool = False
    """Whether it reads images."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks, from which process, and what is known of the call."""

    user_id: int
    server: UUID
    request_hash: str
    choose_model: Callable[[str, dict[str, Any]], Chosen]
    """Gives the model to use for a name ("" is the default) and parameters, or raises `BadRequest`."""
    source: str = ""
    """By which way: one of `chat.models.digest.SOURCES`."""
    quota: Quota = NOTHING_SAID
    """What this user may use (`chat.actions.quotas`)."""
    key: UUID | None = None
    """The API key that asks."""
    key_quota: Quota = NOTHING_SAID
    """What the key may use by itself."""
    place: str | None = None
    """From where it is asked, as a keyed hash; None: unknown, or not limited in what is used from there."""
    place_quota: Quota = NOTHING_SAID
    """What may be used from there, whoever asks."""
    tell_tokens: Callable[[Allowance], object] = lambda left: None
    """Told what is left of the user's tokens, the key's or the address's, where they are limited."""
    max_attachments: int = 0
    """How many files a question may have."""

    @property
    def on_page(self) -> bool:
        """The page's new conversations begin with what its user chose."""
        return self.source == "page"


MAY_CHANGE = 2
"""A rival with the same Idempotency-Key was first, and is found the next time; this process's row was buried
by others while it slept. Of a retry at another server, while this one wakes up, both are true."""


def store(origin: Origin, transaction: Callable[[], NewReply | UUID]) -> NewReply | UUID:
    """Do it; once more for each thing that it stands on and that came or went meanwhile."""
    for _ in range(MAY_CHANGE):
        try:
            return transaction()
        except IntegrityError:
            Server.objects.get_or_create(id=origin.server)
    return transaction()


def is_available(origin: Origin, model: str) -> bool:
    """Whether a model that was chosen some time ago can still be asked."""
    try:
        return bool(model) and bool(origin.choose_model(model, {}))
    except BadRequest:
        return False


def refuse_running(message: Message | None) -> None:
    """Nothing is asked below a reply that still runs."""
    if message is not None and message.status == Status.STREAMING:
        raise Conflict(
            "The reply above is still running. Wait for its end, or stop it first.", code="reply_running"
        )


def add_reply(
    origin: Origin,
    conversation: Conversation,
    parent: UUID | None,
    chosen: Chosen,
    params: dict[str, Any],
    context: Context,
) -> tuple[UUID, UUID]:
    """An empty reply below `parent` with its first completion; it becomes the end of the active branch.

    Here alone, and so once, its conversation is stored, a new one or what an ask changes of it: the database
    looks at who names whom when the transaction ends.
    """
    completion = new_id()
    # Each names the other, so that one comes first.
    reply: UUID = insert_message(
        conversation_id=conversation.id,
        parent_id=parent,
        role=Role.ASSISTANT,
        model=chosen.model,
        status=Status.STREAMING,
        completion_id=completion,
    )
    _store_completion(origin, completion, chosen, params, context, message_id=reply, number=1)
    note_change(conversation.id)
    conversation.active_id = reply
    conversation.updated = timezone.now()
    if conversation._state.adding:
        _insert_conversation.row(conversation)
    else:
        _move_on.send(
            id=conversation.id,
            active=reply,
            updated=conversation.updated,
            title=conversation.title,
            model=conversation.model,
            system_prompt=conversation.system_prompt,
        )
    return reply, completion


def open_completion(
    origin: Origin,
    reply: Message,
    chosen: Chosen,
    params: dict[str, Any],
    context: Context,
    *,
    number: int,
) -> None:
    """A further epoch of a reply, which runs again from now on."""
    completion = new_id()
    _go_on(id=reply.id, completion=completion, model=chosen.model, status=Status.STREAMING)
    _store_completion(
        origin,
        completion,
        chosen,
        params,
        context,
        message_id=reply.id,
        number=number,
        text_start=len(reply.content),
        reasoning_start=len(reply.reasoning),
    )
    note_change(reply.conversation_id)


def _store_completion(
    origin: Origin, key: UUID, chosen: Chosen, params: dict[str, Any], context: Context, **where: Any
) -> None:
    _insert_completion(
        id=key,
        server_id=origin.server,
        connection=chosen.connection,
        model=chosen.model,
        params=params,
        request_hash=origin.request_hash,
        source=origin.source,
        key_id=origin.key,
        place=origin.place,
        reckoned=reckon_all(context),
        **where,
    )
