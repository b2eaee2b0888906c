"""The rows of a reply that begins, and the value that its start needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone

from chat.digest.stale import note_change
from chat.errors import BadRequest, Conflict, TooMany
from chat.models import Completion, Conversation, Message, Server
from chat.models.message import Role
from chat.models.status import Status


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
    context: tuple[dict[str, Any], ...]
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
    max_running: int = 0
    """How many replies of this user may run at once; 0 is no limit."""
    max_attachments: int = 0
    """How many files a question may have."""

    @property
    def on_page(self) -> bool:
        """The page's new conversations begin with what its user chose."""
        return self.source == "page"


def store(origin: Origin, transaction: Callable[[], NewReply | UUID]) -> NewReply | UUID:
    """Do it; once more where something that it stands on came or went meanwhile."""
    try:
        return transaction()
    except IntegrityError:
        # A rival with the same Idempotency-Key was first, and is now found; or this process's row
        # was buried by others while it slept.
        Server.objects.get_or_create(id=origin.server)
        return transaction()


def check_running(origin: Origin) -> None:
    """Raises `TooMany` where the user's limit of running replies is reached."""
    if not origin.max_running:
        return
    # They take turns: two that count at the same time would both find room for the last one.
    User.objects.select_for_update(no_key=True).filter(pk=origin.user_id).first()
    running = Message.objects.filter(conversation__owner_id=origin.user_id, status=Status.STREAMING).count()
    if running >= origin.max_running:
        raise TooMany(
            f"{running} of your replies are running; the limit is {origin.max_running}. "
            "Stop one, or wait until one has ended.",
            code="too_many_streams",
            retry_after=1,
        )


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
    origin: Origin, conversation: Conversation, parent: Message | None, chosen: Chosen, params: dict[str, Any]
) -> tuple[Message, Completion]:
    """An empty reply below `parent` with its first completion; it becomes the end of the active branch."""
    reply = Message(
        conversation=conversation,
        parent=parent,
        role=Role.ASSISTANT,
        status=Status.COMPLETE,
        model=chosen.model,
    )
    reply.save(force_insert=True)
    completion = open_completion(origin, reply, chosen, params, number=1)
    conversation.active = reply
    conversation.updated = timezone.now()
    conversation.save(update_fields=["active", "updated"])
    return reply, completion


def open_completion(
    origin: Origin, reply: Message, chosen: Chosen, params: dict[str, Any], *, number: int
) -> Completion:
    """A new epoch of the reply, which runs from now on."""
    completion = Completion(
        message=reply,
        number=number,
        server_id=origin.server,
        connection=chosen.connection,
        model=chosen.model,
        params=params,
        request_hash=origin.request_hash,
        source=origin.source,
        text_start=len(reply.content),
        reasoning_start=len(reply.reasoning),
    )
    completion.save(force_insert=True)
    reply.completion = completion
    reply.model = chosen.model
    reply.status = Status.STREAMING
    reply.save(update_fields=["completion", "model", "status"])
    note_change(reply.conversation_id)
    return completion
