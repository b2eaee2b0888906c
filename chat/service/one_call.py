"""What all calls that begin a reply have in common: resume, join or store, then start and follow."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from msgspec import UNSET, UnsetType

from chat import limits
from chat.access.transcripts import request_hashes_of
from chat.actions.idempotency import Claim
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.auth.caller import Caller
from chat.database import in_database, in_group_commit
from chat.digest.spent import address_quota
from chat.engine import position as event_ids
from chat.engine.cursor import Cursor
from chat.engine.growing_text import GrowingText
from chat.engine.position import Position
from chat.engine.transcript import Epoch, Transcript
from chat.errors import BadRequest, Conflict
from chat.service.following import Following
from chat.service.images import ask_with_images
from chat.service.replies import follow_reply, refuse_another_reply
from chat.service.requests import UNFIT
from chat.service.runtime import Runtime
from chat.service.titles import make_title
from chat.upstream import Call

RETRY_WINDOW = 10.0
"""Seconds that a reply keeps running where an Idempotency-Key says that the client will come back."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """One call that begins a reply, or turns out to be a retry of one that did."""

    here: Runtime
    caller: Caller
    endpoint: str
    request_hash: str
    """SHA-256 of the call: the same for a retry of it, another for any other call."""
    idempotency_key: str | None
    last_event_id: str | None
    render: bool = False
    resume_window: float | UnsetType | None = UNSET
    background: bool = False
    continued: UUID | None = None
    """The reply that goes on by it, and is there before. All other calls begin a new one."""

    async def begin(self, store: Callable[[Origin, Claim | None], NewReply | UUID]) -> Following:
        _check_key(self.idempotency_key)
        if self.last_event_id:
            return await self._resume(event_ids.decode(self.last_event_id))
        self.here.refuse_when_draining()
        await self.here.upstream.ready()
        return await self.here.finish_unseen(self._store_and_start(store))

    async def _resume(self, position: Position) -> Following:
        """A client that retries its POST by itself: it goes on where it was, and nothing is asked."""
        if self.continued is not None:
            await refuse_another_reply(self.caller, position, self.continued)
        asked = await in_database(request_hashes_of, self.caller.user_id, position.reply, position.epoch)
        if self.request_hash not in asked:
            raise Conflict(
                "This Last-Event-ID is of a reply to another call. Leave it out to ask something new.",
                code="event_id_of_another_call",
                param="Last-Event-ID",
            )
        self.here.note_resume()
        return await self._join(position.reply, Cursor(position))

    async def _store_and_start(self, store: Callable[[Origin, Claim | None], NewReply | UUID]) -> Following:
        here, caller = self.here, self.caller
        here.refuse_when_draining()  # again: it may have begun while the models were waited for
        claim = None
        if self.idempotency_key is not None:
            claim = Claim(self.idempotency_key, self.endpoint, self.request_hash)
        origin = Origin(
            user_id=caller.user_id,
            server=here.server,
            request_hash=self.request_hash,
            choose_model=self._choose_model,
            source=caller.source,
            quota=limits.quota_of(caller.quota),
            key=caller.key_id,
            key_quota=caller.key_quota,
            place=limits.place_of(caller.address),
            place_quota=address_quota(),
            tell_tokens=partial(limits.tokens.note, caller.user_id, caller.key_id),
            max_attachments=settings.CHAT_MAX_ATTACHMENTS,
        )
        stored = await in_group_commit(store, origin, claim)
        if isinstance(stored, UUID):
            return await self._join(stored, Cursor(from_epoch_start=self._continues))
        return self._start(stored)

    async def _join(self, reply: UUID, cursor: Cursor) -> Following:
        """Follow what the same call began before."""
        following = await follow_reply(
            self.here, self.caller, reply, cursor, render=self.render, attach=not self.background
        )
        following.widen(self._window())
        return following

    @property
    def _continues(self) -> bool:
        """Whether the stream begins at the old length of a reply that goes on."""
        return self.continued is not None

    def _choose_model(self, name: str, params: dict[str, Any]) -> Chosen:
        model = self.here.upstream.choose(name, self.caller.group_ids, params)
        return Chosen(model.id, model.connection, model.vision)

    def _start(self, new: NewReply) -> Following:
        """From here to the following there is no await: nobody can find the reply without a follower."""
        here, caller = self.here, self.caller
        call = Call(
            model=new.model,
            messages=new.context,
            params=new.params,
            user=str(caller.user_id),
            continuing=new.continuing,
            verbatim=new.verbatim,
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
            source=partial(ask_with_images, here.upstream, call),
            window=self._window(),
        )
        here.tell_changed(caller.user_id, new.conversation)
        live.once_done(partial(here.tell_changed, live.owner, new.conversation))
        # Not after the drain, where storing took longer than it waits: the upstream is closed.
        if new.question is not None and settings.CHAT_AUTO_TITLE and not here.has_let_go:
            here.own(make_title(here, live, new.question))
        following = Following(
            here,
            caller,
            transcript,
            Cursor(from_epoch_start=self._continues),
            live=live,
            render=self.render,
            attach=not self.background,
        )
        if self.background:
            live.start_clock()
        return following

    def _window(self) -> float | None:
        if not isinstance(self.resume_window, UnsetType):
            return self.resume_window
        if self.background:
            return None
        return RETRY_WINDOW if self.idempotency_key is not None else 0.0


def _check_key(key: str | None) -> None:
    if key is not None and (not 1 <= len(key) <= 255 or UNFIT.search(key)):
        raise BadRequest("An Idempotency-Key has 1 to 255 characters.", param="Idempotency-Key")
