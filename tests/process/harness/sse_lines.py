"""The client's side of server-sent events (HTML standard, section 9.2): bytes in, events out. Pure."""

import codecs
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class SseLines:
    """Feed it what came; it keeps half lines, half blocks and half characters for the next time."""

    comments: list[str] = field(default_factory=list)
    retries: list[str] = field(default_factory=list)
    fields: list[list[str]] = field(default_factory=list)
    """The names of the fields of every block that ended, in their order."""
    blank_blocks: int = 0
    """Blocks without data: some clients report them as messages."""
    done: bool = False
    """`[DONE]` came, which is OpenAI's end of a stream."""
    _rest: str = ""
    _block: list[tuple[str, str]] = field(default_factory=list)
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("strict")
    )

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The events that are complete now; the block's id becomes a field `id`, as in the other forms."""
        *lines, self._rest = (self._rest + self._decoder.decode(data)).split("\n")
        return [event for line in lines if (event := self._take(line)) is not None]

    def _take(self, line: str) -> dict[str, Any] | None:
        assert not line.endswith("\r"), "one kind of line end is enough"
        if line.startswith(":"):
            self.comments.append(line[1:].strip())
            return None
        if line:
            name, _, value = line.partition(":")
            self._block.append((name, value.removeprefix(" ")))
            return None
        block, self._block = self._block, []
        return self._dispatch(block)

    def _dispatch(self, block: list[tuple[str, str]]) -> dict[str, Any] | None:
        self.fields.append([name for name, _value in block])
        self.retries += [value for name, value in block if name == "retry"]
        data = [value for name, value in block if name == "data"]
        if not data:
            self.blank_blocks += 1
            return None
        if data == ["[DONE]"]:
            self.done = True
            return None
        event: dict[str, Any] = json.loads("\n".join(data))
        ids = [value for name, value in block if name == "id"]
        if ids and "choices" not in event:
            event["id"] = ids[-1]
        return event
