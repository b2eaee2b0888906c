"""What of a message its text does not say: tool calls, the result of one, and parts that are no text.

They stand in `Message.parts` as `{"type": "tool_call", "id", "name", "arguments"}`,
`{"type": "tool_result", "tool_call_id"}`, or a content part as the client sent it. Values only.
"""

from collections.abc import Iterable, Iterator
from typing import Any

Parts = list[dict[str, Any]]
KEPT_TYPES = ("tool_call", "tool_result")
"""Types of parts that are written here, and so are none that a client's content may have."""


def parts_of_calls(tool_calls: Iterable[dict[str, Any]]) -> Parts | None:
    """Tool calls as OpenAI's clients know them, to be kept; None where there is none."""
    parts = [
        {
            "type": "tool_call",
            "id": call["id"],
            "name": call["function"]["name"],
            "arguments": call["function"]["arguments"],
        }
        for call in tool_calls
    ]
    return parts or None


def tool_calls_of(parts: Parts | None) -> tuple[dict[str, Any], ...]:
    """The tool calls that were kept, as OpenAI's clients know them."""
    return tuple(
        {
            "id": part["id"],
            "type": "function",
            "function": {"name": part["name"], "arguments": part["arguments"]},
        }
        for part in parts or ()
        if part.get("type") == "tool_call"
    )


def answers_call(parts: Parts | None) -> str | None:
    """Which tool call this is the result of, by its id."""
    found = (part["tool_call_id"] for part in parts or () if part.get("type") == "tool_result")
    return next(found, None)


def content_parts_of(parts: Parts | None) -> Parts:
    """What the message has beside its text: pictures by their address, sound, files."""
    return [part for part in parts or () if part.get("type") not in KEPT_TYPES]


def whole_tool_turns(messages: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A branch as chat messages, tool calls with all their results, or neither.

    Providers refuse the one without the other, and who asks on below a call that a program never
    answered has no result to give.
    """
    waiting = list(messages)
    place = 0
    while place < len(waiting):
        message = waiting[place]
        place += 1
        results = []
        while place < len(waiting) and waiting[place]["role"] == "tool":
            results.append(waiting[place])
            place += 1
        calls = {call["id"] for call in message.get("tool_calls", ())}
        if calls and calls == {result["tool_call_id"] for result in results}:
            yield message
            yield from results
        elif message.get("content") and message["role"] != "tool":
            yield {"role": message["role"], "content": message["content"]}
