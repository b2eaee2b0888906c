"""The messages of one call, from a whole branch: no thinking, and cut to what the model can read. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from chat.upstream.think import without_thinking

Message = dict[str, Any]

ASCII_PER_TOKEN = 4
"""English has about 4 characters a token, other scripts about 1. Rough, and on the safe side."""
TOKENS_PER_MESSAGE = 4
TOKENS_PER_IMAGE = 1000
CONTINUE = (
    "Continue your last message exactly where it stopped. Do not repeat any of it, do not comment on this, "
    "do not begin anew: the first character of your answer is appended to its last."
)
"""Sent and never saved. Models that know no continuation of their own follow it well."""


def sendable(messages: Sequence[Message], *, continuing: bool) -> list[Message]:
    """The branch as it may be sent: no thinking, no empty replies; an instruction at its end to go on."""
    spoken = map(_without_reasoning, messages)
    kept = [message for message in spoken if not _is_empty_reply(message)]
    if continuing:
        kept.append({"role": "user", "content": CONTINUE})
    return kept


def cut(
    messages: Sequence[Message], context_length: int | None, answer_tokens: int | None
) -> tuple[list[Message], int]:
    """The messages that fit, and how many of the oldest were left out.

    Room for the answer is kept free: `answer_tokens`, else a quarter of the context. Instructions at the
    beginning, the last question and what follows it stay in any case.
    """
    if context_length is None:
        return list(messages), 0
    reserve = min(answer_tokens or context_length // 4, context_length * 3 // 4)
    sizes = [tokens(message) for message in messages]
    excess = sum(sizes) - (context_length - reserve)
    start = _instructions(messages)
    end = start
    last = _last_question(messages)
    # A question and what answers it go together: no reply or tool result is left without its question.
    while end < last:
        if excess <= 0 and (end == start or messages[end]["role"] == "user"):
            break
        excess -= sizes[end]
        end += 1
    return [*messages[:start], *messages[end:]], end - start


def max_tokens(params: Mapping[str, Any]) -> int | None:
    """How many tokens the answer may take, by either of the names for it."""
    asked = params.get("max_completion_tokens") or params.get("max_tokens")
    return asked if isinstance(asked, int) and asked > 0 else None


def cut_notice(count: int) -> dict[str, Any]:
    """How a cut is told to the user."""
    what = "oldest message was" if count == 1 else f"oldest {count} messages were"
    return {
        "code": "context_cut",
        "messages": count,
        "message": f"The conversation is longer than the model can read: the {what} not sent.",
    }


def tokens(message: Message) -> int:
    """About how many tokens a message is."""
    content = message.get("content")
    if not isinstance(content, list):
        return TOKENS_PER_MESSAGE + _tokens(content or "")
    return TOKENS_PER_MESSAGE + sum(
        _tokens(part.get("text") or "") if part.get("type") == "text" else TOKENS_PER_IMAGE
        for part in content
    )


def _tokens(text: str) -> int:
    ascii_only = len(text.encode("ascii", "ignore"))
    return -(-ascii_only // ASCII_PER_TOKEN) + len(text) - ascii_only


def _instructions(messages: Sequence[Message]) -> int:
    """How many messages at the beginning are instructions."""
    for index, message in enumerate(messages):
        if message["role"] not in ("system", "developer"):
            return index
    return len(messages)


def _last_question(messages: Sequence[Message]) -> int:
    """Where the last user message is that a person wrote; the instruction to go on is none."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index]["role"] == "user" and messages[index]["content"] != CONTINUE:
            return index
    return 0


def _is_empty_reply(message: Message) -> bool:
    """A reply that was cut off before its first token; providers refuse such messages."""
    return message["role"] == "assistant" and not message.get("content") and not message.get("tool_calls")


def _without_reasoning(message: Message) -> Message:
    if message["role"] != "assistant":
        return message
    kept = {name: value for name, value in message.items() if name not in ("reasoning", "reasoning_content")}
    if isinstance(kept.get("content"), str):
        kept["content"] = without_thinking(kept["content"])
    return kept
