"""The engine's ports in memory: a source that is fed by hand, and a store that remembers."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

from chat.chunks import Chunk, Opened, Take
from chat.engine.live_reply import LiveReply
from chat.engine.ports import Ending, Final, Noticed, Piece, Saved, StoreAway
from chat.engine.registry import Registry
from chat.engine.transcript import Epoch, Transcript
from chat.ids import new_id


class FedSource:
    """An upstream whose reads come when the test feeds them."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[list[Chunk] | BaseException | None] = asyncio.Queue()
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()
        self.let_connect = asyncio.Event()
        self.let_connect.set()

    def text(self, *pieces: str) -> None:
        self._queue.put_nowait([Chunk(text=piece) for piece in pieces])

    def feed(self, *chunks: Chunk) -> None:
        self._queue.put_nowait(list(chunks))

    def end(self, finish_reason: str = "stop") -> None:
        self._queue.put_nowait([Chunk(finish_reason=finish_reason)])
        self._queue.put_nowait(None)

    def fail(self, error: BaseException) -> None:
        self._queue.put_nowait(error)

    async def __call__(self, take: Take, opened: Opened) -> None:
        self.opened.set()
        try:
            await self.let_connect.wait()
            while (read := await self._queue.get()) is not None:
                if isinstance(read, BaseException):
                    raise read
                take(read)
        finally:
            self.closed.set()


class MemoryStore:
    """Keeps what was saved; can be away, refuse an epoch, or be told that a rival ended one."""

    def __init__(self, row_chars: int = 0) -> None:
        self.row_chars = row_chars
        self.rows = 0
        """How many checkpoints were kept beside each other."""
        self.saved: dict[UUID, str] = {}
        self.reasoning: dict[UUID, str] = {}
        self.endings: dict[UUID, Ending] = {}
        self.rivals: dict[UUID, Final] = {}
        self.refused: set[UUID] = set()
        self.to_stop: frozenset[UUID] = frozenset()
        self.away = False
        self.saves = 0
        self.beats = 0
        self.hold: asyncio.Event | None = None
        self._begins: dict[UUID, tuple[int, int]] = {}
        """Where the last checkpoint of an epoch began."""

    async def save(self, pieces: Sequence[Piece]) -> Saved:
        self.saves += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.away:
            raise StoreAway
        lost = {piece.epoch for piece in pieces if piece.epoch in self.rivals or piece.epoch in self.endings}
        refused = {piece.epoch: "no" for piece in pieces if piece.epoch in self.refused}
        for piece in pieces:
            if piece.epoch in lost or piece.epoch in refused:
                continue
            text, reasoning = self.saved.get(piece.epoch, ""), self.reasoning.get(piece.epoch, "")
            begins = (piece.text_offset, piece.reasoning_offset)
            if self._begins.get(piece.epoch) == begins:
                text, reasoning = text[: begins[0]], reasoning[: begins[1]]
            else:
                self.rows += 1
            self._begins[piece.epoch] = begins
            assert begins == (len(text), len(reasoning)), "a gap or an overlap in the checkpoints"
            self.saved[piece.epoch] = text + piece.text
            self.reasoning[piece.epoch] = reasoning + piece.reasoning
        return Saved(frozenset(lost), refused)

    async def finish(self, ending: Ending) -> Final:
        if self.away:
            raise StoreAway
        if ending.epoch in self.rivals:
            return self.rivals[ending.epoch]
        assert ending.epoch not in self.endings, "a reply ended twice"
        self.endings[ending.epoch] = ending
        return Final(ending.ended, ending.text, ending.reasoning)

    async def beat(self, running: Collection[UUID]) -> Noticed:
        if self.away:
            raise StoreAway
        self.beats += 1
        return Noticed(frozenset(self.rivals) & frozenset(running), self.to_stop & frozenset(running))


def new_transcript() -> Transcript:
    return Transcript(
        conversation=new_id(), request=new_id(), reply=new_id(), model="test", epochs=(Epoch(new_id()),)
    )


def new_registry(store: MemoryStore, *, max_chars: int = 0) -> Registry:
    """A registry whose ticker stands still: the test calls `tick` itself."""
    return Registry(store, checkpoint_seconds=3600, max_chars=max_chars)


def begin(registry: Registry, source: FedSource, window: float | None = 0) -> LiveReply:
    """A reply that runs, with one follower."""
    live = registry.begin(new_transcript(), owner=1, source=source, window=window)
    live.attach()
    return live


async def saying(registry: Registry, source: FedSource, text: str) -> LiveReply:
    """The same, and its follower could have this already."""
    live = begin(registry, source)
    source.text(text)
    await settled()
    return live


async def settled() -> None:
    """Let every task run until all of them wait."""
    for _ in range(20):
        await asyncio.sleep(0)
