"""What a scripted upstream reads in a request, and the events and objects of its answers. Pure."""

import json
from collections.abc import Iterator
from typing import Any

MARKER = "script:"


class Frames:
    """The events of one streamed answer, as bytes."""

    def __init__(self, body: dict[str, Any], script: dict[str, Any]) -> None:
        self._body = body
        self._script = script
        self.eol = str(script.get("eol", "\n")).encode()

    def event(self, value: Any, *, ascii_only: bool = True) -> bytes:
        data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=ascii_only)
        comment = b": comment" + self.eol if self._script.get("comments") else b""
        return comment + b"data: " + data.encode("utf-8", "surrogatepass") + self.eol * 2

    def delta(self, name: str, piece: str) -> bytes:
        """Characters go as UTF-8, but lone surrogates as escapes: they have no other form."""
        lone = any("\ud800" <= character <= "\udfff" for character in piece)
        key = "content" if name == "text" else self._script.get("reasoning_field", "reasoning_content")
        choice = {"index": 0, "delta": {key: piece}, "finish_reason": None}
        return self.event(self._chunk([choice]), ascii_only=lone)

    def finish(self, sent: str) -> bytes:
        script = self._script
        frames = b"".join(map(self._tool_call, range(len(calls := script.get("tool_calls", []))), calls))
        reason = script.get("finish_reason", "tool_calls" if calls else "stop")
        if reason is not None:
            frames += self.event(self._chunk([{"index": 0, "delta": {}, "finish_reason": reason}]))
        asked = bool((self._body.get("stream_options") or {}).get("include_usage"))
        usage = usage_of(script, sent, asked=asked)
        if usage is not None:
            frames += self.event({**self._chunk([]), "usage": usage})
        return frames + (self.event("[DONE]") if script.get("done", True) else b"")

    def _tool_call(self, index: int, call: dict[str, str]) -> bytes:
        """A call in three frames: its name, and its arguments in two halves."""
        arguments = call.get("arguments", "{}")
        half = len(arguments) // 2
        function = {"name": call["name"], "arguments": ""}
        pieces: list[dict[str, Any]] = [
            {"id": call["id"], "type": "function", "function": function},
            {"function": {"arguments": arguments[:half]}},
            {"function": {"arguments": arguments[half:]}},
        ]
        deltas = ({"tool_calls": [{"index": index, **piece}]} for piece in pieces)
        choices = ([{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas)
        return b"".join(self.event(self._chunk(choice)) for choice in choices)

    def _chunk(self, choices: list[Any]) -> dict[str, Any]:
        model = self._body.get("model")
        return {
            "id": "chatcmpl-scripted",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": model,
            "choices": choices,
        }


def script_in(messages: list[Any]) -> dict[str, Any] | None:
    """The script of a request: of its last user message that holds one, or that one's `then`."""
    texts = [_text_of(message) for message in messages if message.get("role") == "user"]
    for age, text in enumerate(reversed(texts)):
        _, marker, rest = text.partition(MARKER)
        if marker:
            script: dict[str, Any] = json.JSONDecoder().raw_decode(rest.lstrip())[0]
            return script if age == 0 else script.get("then", script)
    return None


def is_title(body: dict[str, Any]) -> bool:
    """Whether the request asks for a title: it is not streamed, and a system message has the word."""
    messages = body.get("messages") or []
    return not body.get("stream") and any(
        message.get("role") == "system" and "title" in _text_of(message).lower() for message in messages
    )


def pieces_of(script: dict[str, Any]) -> list[str]:
    if "pieces" in script:
        return list(script["pieces"])
    count = script.get("tokens", 5)
    if "text" not in script:
        return [f"word{number} " for number in range(count)]
    text = script.get("before", "") + script["text"] * script.get("repeat", 1)
    size = max(1, -(-len(text) // max(count, 1)))
    return [text[start : start + size] for start in range(0, len(text), size)]


def reasoning_of(script: dict[str, Any]) -> str:
    text: str = script.get("reasoning", "")
    return text * int(script.get("reasoning_repeat", 1))


def steps_of(script: dict[str, Any]) -> Iterator[tuple[str, str]]:
    reasoning = reasoning_of(script)
    for start in range(0, len(reasoning), 8):
        yield "reasoning", reasoning[start : start + 8]
    for piece in pieces_of(script):
        yield "text", piece


def usage_of(script: dict[str, Any], sent: str, *, asked: bool) -> dict[str, Any] | None:
    usage = script.get("usage", asked)
    if usage is True:
        words = len(sent.split())
        return {"prompt_tokens": 10, "completion_tokens": words, "total_tokens": 10 + words}
    return usage or None


def completion(
    body: dict[str, Any], text: str, reasoning: str, reason: str | None, usage: Any
) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": text,
        **({"reasoning_content": reasoning} if reasoning else {}),
    }
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model"),
        "choices": [choice],
        "usage": usage,
    }


def _text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
