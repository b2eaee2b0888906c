"""Ask, regenerate, continue, follow, stop: the verbs that begin, join and end replies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from msgspec import UnsetType

from chat.access.rows import as_uuid
from chat.access.transcripts import read_reply, request_hash_of
from chat.actions import again as again_actions
from chat.actions.ask import Question
from chat.actions.ask import ask as store_question
from chat.actions.finish import DELETED
from chat.actions.idempotency import Claim
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.actions.stop import stop as stop_by_row
from chat.auth.caller import Caller
from chat.auth.tickets import bad_ticket
from chat.database import in_database, reading
from chat.engine import position as event_ids
from chat.engine.cursor import Cursor
from chat.engine.growing_text import GrowingText
from chat.engine.position import Position
from chat.engine.transcript import Ended, Epoch, Transcript
from chat.errors import BadRequest, Conflict, NotFound, TooLarge, Unavailable
from chat.service.following import Following
from chat.service.local_replies import stop_live
from chat.service.reply_rows import is_running, transcript_of
from chat.service.requests import Again, Ask, request_hash
from chat.service.runtime import Runtime, runtime
from chat.service.titles import make_title
from chat.upstream import Call

RETRY_WINDOW = 10.0
"""Seconds that a reply keeps running where an Idempotency-Key says that the client will come back."""
TICKET_GOOD_FOR = timedelta(minutes=10)


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
    question = Question(
        content=body.content,
        conversation=body.conversation,
        at_end=isinstance(body.parent, UnsetType),
        parent=None if isinstance(body.parent, UnsetType) else body.parent,
        model=body.model,
        system_prompt=body.system_prompt,
        params=body.params or {},
    )
    call = _Beginning(here, caller, "chat", body, idempotency_key, last_event_id, render)
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
    call = _Beginning(here, caller, f"regenerate {key}", body, idempotency_key, last_event_id, render)
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
    call = _Beginning(here, caller, f"continue {key}", body, idempotency_key, last_event_id, render)
    return await call.begin(
        lambda origin, claim: again_actions.continue_(origin, key, body.model, body.params, claim)
    )


async def follow(
    caller: Caller, reply_id: str, *, last_event_id: str | None = None, render: bool = False
) -> Following:
    """Follow a reply from the beginning, or go on right after a position."""
    here = await runtime()
    reply = as_uuid(reply_id, "message")
    if caller.reply is not None and caller.reply != reply:
        raise bad_ticket()
    position = None if last_event_id is None else event_ids.decode(last_event_id)
    if position is not None and position.reply != reply:
        await reading(read_reply, position.reply, user_id=caller.user_id)  # an unknown one is 404
        raise BadRequest("This Last-Event-ID is of another reply.", param="Last-Event-ID")
    return await _following(here, caller, reply, Cursor(position), render=render, joined=True)


async def stop(caller: Caller, reply_id: str) -> dict[str, Any]:
    """End the reply; the message as saved, once its upstream is closed. Whatever has ended stays as it is."""
    from chat.service.messages import read_message

    here = await runtime()
    reply = as_uuid(reply_id, "message")
    live = here.registry.get(reply)
    if live is not None and live.owner != caller.user_id:
        raise NotFound("There is no such message, or it is not yours.")
    if live is None:
        await _stop_elsewhere(here, reply, caller.user_id)
    elif not await stop_live(live, Ended("stopped")):
        raise Unavailable(
            "The reply was stopped, but its end is not saved yet.", message_id=str(reply), retry_after=2
        )
    return await read_message(caller, reply_id)


async def stop_deleted(here: Runtime, replies: list[UUID]) -> None:
    """Stop the running replies of a conversation that was deleted; their followers are told why."""
    ended = Ended("stopped", error=DELETED)
    for reply in replies:
        live = here.registry.get(reply)
        if live is not None:
            live.end_with(ended)
        else:
            await in_database(stop_by_row, None, reply, DELETED)


async def _stop_elsewhere(here: Runtime, reply: UUID, user_id: int) -> None:
    """Ask the process that runs it; where that does not answer, end the row, which it will notice."""
    row = await reading(read_reply, reply, user_id=user_id)
    if not is_running(row):
        return
    if row.server is None or not await here.relay.stop(reply, row.server):
        await in_database(stop_by_row, user_id, reply)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """One call that begins a reply, or turns out to be a retry of one that did."""

    here: Runtime
    caller: Caller
    endpoint: str
    body: Ask | Again
    idempotency_key: str | None
    last_event_id: str | None
    render: bool

    async def begin(self, store: Callable[[Origin, Claim | None], NewReply | UUID]) -> Following:
        if self.idempotency_key is not None and not 1 <= len(self.idempotency_key) <= 255:
            raise BadRequest("An Idempotency-Key has 1 to 255 characters.", param="Idempotency-Key")
        if self.last_event_id:
            return await self._resume(event_ids.decode(self.last_event_id))
        self.here.refuse_when_draining()
        await self.here.upstream.ready()
        return await self.here.finish_unseen(self._store_and_start(store))

    async def _resume(self, position: Position) -> Following:
        """A client that retries its POST by itself: it goes on where it was, and nothing is asked."""
        asked = await reading(request_hash_of, self.caller.user_id, position.reply, position.epoch)
        if asked != request_hash(self.endpoint, self.body):
            raise Conflict(
                "This Last-Event-ID is of a reply to another call. Leave it out to ask something new.",
                code="event_id_of_another_call",
                param="Last-Event-ID",
            )
        following = await _following(
            self.here,
            self.caller,
            position.reply,
            Cursor(position),
            render=self.render,
            joined=True,
            attach=not self.body.background,
        )
        following.widen(self._window())
        return following

    async def _store_and_start(self, store: Callable[[Origin, Claim | None], NewReply | UUID]) -> Following:
        here, caller, body = self.here, self.caller, self.body
        hashed = request_hash(self.endpoint, body)
        claim = None
        if self.idempotency_key is not None:
            claim = Claim(self.idempotency_key, self.endpoint, hashed)
        origin = Origin(
            user_id=caller.user_id,
            server=here.server,
            request_hash=hashed,
            choose_model=self._choose_model,
            max_running=settings.CHAT_MAX_STREAMS_PER_USER,
        )
        stored = await in_database(store, origin, claim)
        if isinstance(stored, UUID):
            following = await _following(
                here, caller, stored, Cursor(), render=self.render, joined=True, attach=not body.background
            )
            following.widen(self._window())
            return following
        return self._start(stored)

    def _choose_model(self, name: str, params: dict[str, Any]) -> Chosen:
        model = self.here.upstream.choose(name, self.caller.group_ids, params)
        return Chosen(model.id, model.connection)

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
            source=lambda: here.upstream.open(call),
            window=self._window(),
        )
        if new.question is not None and settings.CHAT_AUTO_TITLE:
            here.own(make_title(here, live, new.question))
        following = Following(
            here,
            caller,
            transcript,
            Cursor(from_epoch_start=len(new.epochs) > 1),
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


async def _following(
    here: Runtime,
    caller: Caller,
    reply: UUID,
    cursor: Cursor,
    *,
    render: bool,
    joined: bool,
    attach: bool = True,
) -> Following:
    """Follow a reply of this caller's, live where it runs here, else by its row."""
    live = here.registry.get(reply)
    if live is not None and live.transcript.ended is None:
        if live.owner != caller.user_id:
            raise NotFound("There is no such message, or it is not yours.")
        return Following(
            here, caller, live.transcript, cursor, live=live, render=render, attach=attach, joined=joined
        )
    row = await reading(read_reply, reply, user_id=caller.user_id)
    if caller.reply is not None and row.ended is not None and row.ended + TICKET_GOOD_FOR < datetime.now(UTC):
        raise bad_ticket()
    return Following(
        here,
        caller,
        transcript_of(row),
        cursor,
        server=row.server,
        render=render,
        attach=attach,
        joined=joined,
    )


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
