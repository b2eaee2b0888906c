"""Ask, regenerate, continue: the verbs that begin replies, or find that they were begun before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from msgspec import UnsetType

from chat.access.rows import as_uuid
from chat.access.transcripts import request_hashes_of
from chat.actions import again as again_actions
from chat.actions.ask import Question
from chat.actions.ask import ask as store_question
from chat.actions.idempotency import Claim
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.auth.caller import Caller
from chat.database import in_database
from chat.engine import position as event_ids
from chat.engine.cursor import Cursor
from chat.engine.growing_text import GrowingText
from chat.engine.live_reply import LiveReply
from chat.engine.position import Position
from chat.engine.transcript import Epoch, Transcript
from chat.errors import BadRequest, Conflict, TooLarge
from chat.service.following import Following
from chat.service.images import open_with_images
from chat.service.replies import follow_reply
from chat.service.requests import UNFIT, Again, Ask, request_hash
from chat.service.runtime import Runtime, runtime
from chat.service.temporary import refuse_temporary
from chat.service.titles import make_title
from chat.upstream import Call

RETRY_WINDOW = 10.0
"""Seconds that a reply keeps running where an Idempotency-Key says that the client will come back."""


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
    _check_length(body)
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
    call = Beginning(here, caller, "chat", body, idempotency_key, last_event_id, render)
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
    call = Beginning(here, caller, f"regenerate {key}", body, idempotency_key, last_event_id, render)
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
    key = str(as_uuid(message_id, "message"))
    call = Beginning(here, caller, f"continue {key}", body, idempotency_key, last_event_id, render)
    return await call.begin(
        lambda origin, claim: again_actions.continue_(origin, key, body.model, body.params, claim)
    )


@dataclass(frozen=True, slots=True)
class Beginning:
    """One call that begins a reply, or turns out to be a retry of one that did."""

    here: Runtime
    caller: Caller
    endpoint: str
    body: Ask | Again
    idempotency_key: str | None
    last_event_id: str | None
    render: bool

    async def begin(self, store: Callable[[Origin, Claim | None], NewReply | UUID]) -> Following:
        _check_key(self.idempotency_key)
        if self.last_event_id:
            return await self._resume(event_ids.decode(self.last_event_id))
        self.here.refuse_when_draining()
        await self.here.upstream.ready()
        return await self.here.finish_unseen(self._store_and_start(store))

    async def _resume(self, position: Position) -> Following:
        """A client that retries its POST by itself: it goes on where it was, and nothing is asked."""
        asked = await in_database(request_hashes_of, self.caller.user_id, position.reply, position.epoch)
        if request_hash(self.endpoint, self.body) not in asked:
            raise Conflict(
                "This Last-Event-ID is of a reply to another call. Leave it out to ask something new.",
                code="event_id_of_another_call",
                param="Last-Event-ID",
            )
        return await self._join(position.reply, Cursor(position))

    async def _store_and_start(self, store: Callable[[Origin, Claim | None], NewReply | UUID]) -> Following:
        here, caller = self.here, self.caller
        here.refuse_when_draining()  # again: it may have begun while the models were waited for
        hashed = request_hash(self.endpoint, self.body)
        claim = None
        if self.idempotency_key is not None:
            claim = Claim(self.idempotency_key, self.endpoint, hashed)
        origin = Origin(
            user_id=caller.user_id,
            server=here.server,
            request_hash=hashed,
            choose_model=self._choose_model,
            source=caller.source,
            max_running=settings.CHAT_MAX_STREAMS_PER_USER,
            max_attachments=settings.CHAT_MAX_ATTACHMENTS,
        )
        stored = await in_database(store, origin, claim)
        if isinstance(stored, UUID):
            return await self._join(stored, Cursor(from_epoch_start=self._continues))
        return self._start(stored)

    async def _join(self, reply: UUID, cursor: Cursor) -> Following:
        """Follow what the same call began before."""
        following = await follow_reply(
            self.here, self.caller, reply, cursor, render=self.render, attach=not self.body.background
        )
        following.widen(self._window())
        return following

    @property
    def _continues(self) -> bool:
        """Whether the stream begins at the old length of a reply that goes on."""
        return self.endpoint.startswith("continue")

    def _choose_model(self, name: str, params: dict[str, Any]) -> Chosen:
        model = self.here.upstream.choose(name, self.caller.group_ids, params)
        return Chosen(model.id, model.connection, model.vision)

    def _start(self, new: NewReply) -> Following:
        """From here to the following there is no await: nobody can find the reply without a follower."""
        here, caller, body = self.here, self.caller, self.body
        call = Call(
            model=new.model,
            messages=new.context,
            params=new.params,
            user=str(caller.user_id),
            continuing=new.continuing,
        )
        transcript = Transcript(
            conversation=new.conversation,
            request=new.request,
            reply=new.reply,
            model=new.model,
            epochs=tuple(Epoch(epoch.id, epoch.reasoning_start, epoch.text_start) for epoch in new.epochs),
            text=GrowingText(new.text),
            reasoning=GrowingText(new.reasoning),
        )
        live = here.registry.begin(
            transcript,
            owner=caller.user_id,
            source=lambda: open_with_images(here.upstream, call),
            window=self._window(),
        )
        here.tell_changed(caller.user_id, new.conversation)
        here.own(_tell_end(here, live))
        if new.question is not None and settings.CHAT_AUTO_TITLE:
            here.own(make_title(here, live, new.question))
        following = Following(
            here,
            caller,
            transcript,
            Cursor(from_epoch_start=self._continues),
            live=live,
            render=self.render,
            attach=not body.background,
        )
        if body.background:
            live.start_clock()
        return following

    def _window(self) -> float | None:
        window = self.body.resume_window
        if not isinstance(window, UnsetType):
            return window
        if self.body.background:
            return None
        return RETRY_WINDOW if self.idempotency_key is not None else 0.0


async def _tell_end(here: Runtime, live: LiveReply) -> None:
    """Say that the conversation changed once the reply has ended, in whatever way, and is saved."""
    await live.done()
    here.tell_changed(live.owner, live.transcript.conversation)


def _check_length(body: Ask) -> None:
    most = settings.CHAT_MAX_MESSAGE_CHARS
    for name in ("content", "system_prompt"):
        text = getattr(body, name)
        if most and text is not None and len(text) > most:
            raise TooLarge(
                f"The {name} has {len(text)} characters; the limit is {most}.",
                code="text_too_long",
                param=name,
            )


def _check_key(key: str | None) -> None:
    if key is not None and (not 1 <= len(key) <= 255 or UNFIT.search(key)):
        raise BadRequest("An Idempotency-Key has 1 to 255 characters.", param="Idempotency-Key")
