"""The rendered Markdown blocks of a transcript: made once for all followers, told to each from its place."""

import asyncio
from bisect import bisect_left
from functools import partial
from itertools import islice, takewhile
from weakref import WeakKeyDictionary

from django.conf import settings

from chat.engine.transcript import Transcript
from chat.events import Batch, Block, Delta, End
from chat.render import Blocks, BlockSpan, render

SLOW = 2_000
"""Code points from which a block is rendered in a thread: highlighting code may take 1 ms per 1,000."""

_of: WeakKeyDictionary[Transcript, "RenderedBlocks"] = WeakKeyDictionary()


def blocks_of(transcript: Transcript) -> "RenderedBlocks":
    """The blocks of this transcript, shared by those who follow it."""
    found = _of.get(transcript)
    if found is None or not found.of(transcript):
        found = _of[transcript] = RenderedBlocks(transcript)
    return found


class RenderedBlocks:
    """Closed blocks in order. `update` looks only at text that came since."""

    def __init__(self, transcript: Transcript) -> None:
        self._text = transcript.text
        self._reply = str(transcript.reply)
        self._blocks = Blocks()
        self._fed = 0
        self._finished = False
        self._offsets: list[int] = []
        self._lock = asyncio.Lock()
        self.closed: list[Block] = []

    def of(self, transcript: Transcript) -> bool:
        """False where the reply's text was replaced: another process had ended it with less."""
        return self._text is transcript.text

    async def update(self, *, upto: int, ended: bool) -> None:
        """Render what closed within the first `upto` code points."""
        async with self._lock:
            spans: list[BlockSpan] = []
            if upto > self._fed:
                spans += self._blocks.feed(self._text.since(self._fed)[: upto - self._fed])
                self._fed = upto
            if ended and not self._finished:
                self._finished = True
                spans += self._blocks.finish()
            for span in spans:
                html = await self._render(span.source)
                self._offsets.append(span.offset)
                self.closed.append(Block(self._reply, span.index, span.offset, span.length, html))

    async def _render(self, source: str) -> str:
        rendered = partial(render, source, images=frozenset(settings.CHAT_IMAGE_HOSTS))
        return rendered() if len(source) < SLOW else await asyncio.to_thread(rendered)

    def first_for(self, position: int) -> int:
        """The index of the last block begun before this position: where a client that stands there begins."""
        index = bisect_left(self._offsets, position)
        if index == len(self._offsets) and self._open_from() < position:
            return index
        return max(index - 1, 0)

    def _open_from(self) -> int:
        last = self.closed[-1] if self.closed else None
        return last.offset + last.length if last else 0


class BlockCursor:
    """How many of the blocks one follower was told."""

    def __init__(self) -> None:
        self._next: int | None = None

    async def with_blocks(self, batch: Batch, transcript: Transcript, *, upto: int, ended: bool) -> Batch:
        """The batch with the blocks that closed within what it brings, before its `end`."""
        blocks = blocks_of(transcript)
        await blocks.update(upto=upto, ended=ended)
        if self._next is None or batch.events[0].type == "start":
            deltas = (event.offset for event in batch.events if isinstance(event, Delta))
            self._next = blocks.first_for(next(deltas, upto))
        later = islice(blocks.closed, self._next, None)
        new = tuple(takewhile(lambda block: block.offset + block.length <= upto, later))
        self._next += len(new)
        if not new:
            return batch
        if isinstance(batch.events[-1], End):
            return Batch((*batch.events[:-1], *new, batch.events[-1]), batch.id)
        return Batch((*batch.events, *new), batch.id)
