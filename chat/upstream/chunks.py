"""The JSON of a provider's answer, streamed or whole, as our `Chunk`. Pure: it knows no HTTP.

What is missing, null or empty is harmless; what is not JSON, or of another shape, is an error.
"""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from chat.chunks import Chunk, ToolCallPiece
from chat.errors import UpstreamError
from chat.upstream import errors
from chat.upstream.think import ThinkSplitter

DONE = b"[DONE]"


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(msgspec.Struct, gc=False):
    """A piece of one, or, in an answer that is not streamed, all of it."""

    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Piece(msgspec.Struct, gc=False):
    """A `delta` of a stream, or the `message` of a whole answer."""

    content: str | None = None
    reasoning_content: str | None = None
    """DeepSeek, llama.cpp, older vLLM."""
    reasoning: str | None = None
    """OpenRouter, Ollama, newer vLLM."""
    refusal: str | None = None
    """What OpenAI says in place of content when the model declines."""
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int | None = 0
    delta: _Piece | None = None
    message: _Piece | None = None
    finish_reason: str | None = None


class _Frame(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None
    object: str | None = None


class ChunkReader:
    """Reads the events of one answer, and knows whether the answer came to its end."""

    __slots__ = ("_splitter", "done", "failure", "finish_reason")

    def __init__(self) -> None:
        self._splitter = ThinkSplitter()
        self.finish_reason: str | None = None
        self.done = False
        """`[DONE]` was read: nothing that matters follows."""
        self.failure: UpstreamError | None = None
        """An event told of a failure, or could not be read. What came before it is good."""

    def read(self, events: Sequence[bytes]) -> list[Chunk]:
        """What the events of one read bring, joined; look at `done` and `failure` after it.

        The whole answer of a server that ignores `stream: true` is read as one event.
        """
        frames = []
        for event in events:
            if event == DONE:
                self.done = True
                break
            if event:
                try:
                    frames.append(_frame(event))
                except UpstreamError as error:
                    self.failure = error
                    break
        return self._join(frames)

    def finish(self) -> list[Chunk]:
        """The answer is over, complete or not: what was held back."""
        reasoning, text = self._splitter.finish()
        return [Chunk(text=text, reasoning=reasoning)] if text or reasoning else []

    def _join(self, frames: list[_Frame]) -> list[Chunk]:
        contents: list[str] = []
        thoughts: list[str] = []
        calls: list[ToolCallPiece] = []
        finish_reason = usage = None
        for frame in frames:
            usage = frame.usage or usage
            for choice in frame.choices or ():
                if choice.index:
                    continue
                piece = choice.delta or choice.message
                if piece is not None:
                    if content := piece.content or piece.refusal:
                        contents.append(content)
                    if thought := piece.reasoning_content or piece.reasoning:
                        thoughts.append(thought)
                    if piece.tool_calls:
                        calls += filter(_says_something, map(_tool_call_piece, piece.tool_calls))
                finish_reason = choice.finish_reason or finish_reason
        self.finish_reason = finish_reason or self.finish_reason
        split_off, text = self._splitter.feed("".join(contents))
        reasoning = "".join(thoughts) + split_off
        if not (text or reasoning or calls or finish_reason or usage):
            return []
        return [
            Chunk(
                text=text,
                reasoning=reasoning,
                tool_calls=tuple(calls),
                finish_reason=finish_reason,
                usage=usage,
            )
        ]


def _tool_call_piece(call: _ToolCall) -> ToolCallPiece:
    function = call.function or _Function()
    return ToolCallPiece(call.index, call.id or "", function.name or "", function.arguments or "")


def _says_something(piece: ToolCallPiece) -> bool:
    return bool(piece.id or piece.name or piece.arguments)


_decoder = msgspec.json.Decoder(_Frame)


def _frame(data: bytes) -> _Frame:
    try:
        frame = _decode(data)
    except (ValueError, RecursionError) as error:
        raise errors.malformed() from error
    if frame.error is not None:
        raise errors.reported(frame.error)
    if frame.object == "error":
        raise errors.reported(json.loads(data))
    return frame


def _decode(data: bytes) -> _Frame:
    try:
        return _decoder.decode(data)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # A surrogate pair cut in two by the provider's chunks is valid JSON, and only the standard
        # library reads its halves; whoever keeps the text joins them.
        if b"\\u" not in data:
            raise
        return msgspec.convert(json.loads(data), _Frame)
