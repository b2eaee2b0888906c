"""The engine's store: its calls become actions, each in one hop to the database."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import Error, connection

from chat.actions import liveness
from chat.actions.checkpoint import ROW_CHARS, Growth, save_growth
from chat.actions.finish import Outcome, finish_as_saved
from chat.actions.finish import finish as finish_reply
from chat.database import in_database, in_group_commit
from chat.engine.ports import Ending, Final, Noticed, Piece, Saved, StoreAway
from chat.engine.transcript import Ended
from chat.errors import ChatError, Unavailable

logger = logging.getLogger(__name__)


class DatabaseStore:
    """`chat.engine.ports.Store` over the models, for one server process."""

    def __init__(self, server: UUID, name: str) -> None:
        self._server = server
        self._name = name
        self.row_chars = ROW_CHARS[connection.vendor]

    async def save(self, pieces: Sequence[Piece]) -> Saved:
        """All in one transaction; where that fails, one by one, so that only the culprit is refused."""
        growth = [
            Growth(piece.epoch, piece.text_offset, piece.text, piece.reasoning_offset, piece.reasoning)
            for piece in pieces
        ]
        try:
            return Saved(lost=await in_database(save_growth, growth))
        except Unavailable as error:
            raise _away(error) from error
        except Error:
            return await self._save_one_by_one(growth)

    async def _save_one_by_one(self, growth: Sequence[Growth]) -> Saved:
        lost: set[UUID] = set()
        refused: dict[UUID, str] = {}
        for piece in growth:
            try:
                lost |= await in_database(save_growth, [piece])
            except Unavailable as error:
                raise _away(error) from error
            except Error as error:
                refused[piece.epoch] = f"{type(error).__name__}: {error}"
        return Saved(frozenset(lost), refused)

    async def finish(self, ending: Ending) -> Final:
        ended = ending.ended
        outcome = Outcome(
            status=ended.status,
            text=ending.text,
            reasoning=ending.reasoning,
            finish_reason=ended.finish_reason,
            usage=ended.usage,
            error=ended.error,
            started=ending.started,
            first_token=ending.first_token,
            first_text=ending.first_text,
            notices=list(ending.notices),
            tool_calls=ended.tool_calls,
            cut_off=ended.cut_off or "",
        )
        try:
            told = await in_group_commit(finish_reply, ending.reply, ending.epoch, outcome)
        except Unavailable as error:
            raise _away(error) from error
        except Error:
            logger.exception("the database refused the end of reply %s", ending.reply)
            told = await self._finish_plainly(ending, outcome)
        return Final(
            Ended(
                told.status,  # type: ignore[arg-type]
                told.finish_reason,
                told.usage,
                told.error,
                retry_after=ended.retry_after,
                tool_calls=told.tool_calls,
            ),
            told.text,
            told.reasoning,
        )

    async def _finish_plainly(self, ending: Ending, outcome: Outcome) -> Outcome:
        """The text without what the provider said about it; where that is refused too, the checkpoints."""
        plain = replace(outcome, finish_reason=None, usage=None, notices=[])
        try:
            return await in_database(finish_reply, ending.reply, ending.epoch, plain)
        except Unavailable as error:
            raise _away(error) from error
        except Error:
            return await self._finish_as_saved(ending, plain)

    async def _finish_as_saved(self, ending: Ending, outcome: Outcome) -> Outcome:
        error = ChatError("The database refused this reply's text.", code="not_saved").as_dict()
        try:
            await in_database(finish_as_saved, ending.epoch, "failed", error)
            return await in_database(finish_reply, ending.reply, ending.epoch, outcome)
        except Unavailable as away:
            raise _away(away) from away

    async def beat(self, running: Collection[UUID]) -> Noticed:
        try:
            return Noticed(*await in_database(liveness.beat, self._server, self._name, tuple(running)))
        except Unavailable as error:
            raise _away(error) from error


def _away(error: Unavailable) -> StoreAway:
    """With what the database's driver said, in its first line."""
    said = str(error.__cause__ or error).strip()
    return StoreAway(said.partition("\n")[0])
