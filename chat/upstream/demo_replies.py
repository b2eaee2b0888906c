"""What the demo model says: different things to different questions, in Markdown that shows off. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from chat.upstream.context import CONTINUE
from chat.upstream.demo_attachments import remarks_on, without_files
from chat.upstream.demo_texts import (
    ANAGRAMS,
    CHINESE,
    CODE,
    DNS,
    HELLO,
    HELP,
    HOW,
    LIST,
    POEM,
    TABLE,
    THANKS,
    TOUR,
    WALK,
)

LONG_CHARS = 100_000
ECHO_CHARS = 80

_NO_CHINESE = r"^(?!.*[\u4e00-\u9fff])"
_TOPICS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), text)
    for words, text in (
        (r"\bhow are you\b|\bhow do you do\b|\bhow is it going\b", HOW),
        (
            r"\bwhat can (?:you|i)\b|\bhelp\b|\bwho are you\b|\bwhat are you\b|\bdemo model\b|能做什么|帮助",
            HELP,
        ),
        (r"\bthanks?\b|\bthank you\b|谢谢", THANKS),
        # The questions to begin with, as far as they are asked in English.
        (rf"{_NO_CHINESE}.*\bDNS\b", DNS),
        (rf"{_NO_CHINESE}.*\banagrams?\b", ANAGRAMS),
        (rf"{_NO_CHINESE}.*\b(?:walk|mountains?)\b", WALK),
        (r"\btables?\b|\bcompare\b|\bcomparison\b|\bdifferences?\b|\bversus\b|\bvs\b", TABLE),
        (r"\bcode\b|\bpython\b|\bjavascript\b|\bfunctions?\b|\bscripts?\b|\bprogram\b|\bbash\b", CODE),
        (r"\blists?\b|\bplan\b|\bsteps?\b|\bto-?do\b|\btasks?\b", LIST),
        (r"\bpoems?\b|\bsong\b|\bstory\b|\bverse\b", POEM),
        (r"[\u4e00-\u9fff]", CHINESE),
        (r"^\W*(?:hi|hello|hey|good (?:morning|evening|day))\b(?:\W+\w+){0,2}\W*$", HELLO),
    )
)
_SHORT = frozenset({HELLO, THANKS, HOW})
_OPENINGS = ("You asked:", "Your question was:", "To your words")
_THINK = re.compile(r"\bthink\b|\bthinking\b|\breason(?:ing)?\b|\bstep by step\b|思考|想一想", re.IGNORECASE)
_STEERING = re.compile(r"\bdemo:\s*(?:fail\s+[\w-]+|[\w-]+)", re.IGNORECASE)
_MORE = " And there is more to say about it, but this is as far as a demo model goes.\n"


def question_in(messages: Sequence[dict[str, Any]]) -> str:
    """The last thing that a person wrote; the instruction to go on is not one."""
    for message in reversed(messages):
        if message.get("role") == "user" and (text := text_of(message)) != CONTINUE:
            return without_files(text)
    return ""


def remarks_in(messages: Sequence[dict[str, Any]]) -> str:
    """What is said of the files that came with that."""
    for message in reversed(messages):
        if message.get("role") == "user" and text_of(message) != CONTINUE:
            return remarks_on(message)
    return ""


def partial_in(messages: Sequence[dict[str, Any]]) -> str | None:
    """The reply that is to be gone on with, if that is what is asked."""
    if len(messages) < 2 or text_of(messages[-1]) != CONTINUE:
        return None
    return text_of(messages[-2])


def replies_to(question: str) -> list[str]:
    """What may be answered; the variants differ in their first words, as a regenerated reply would."""
    asked = " ".join(_STEERING.sub("", question).split())
    text = next((text for words, text in _TOPICS if words.search(asked)), TOUR)
    if text in _SHORT or not asked:
        return [text]
    echo = asked if len(asked) <= ECHO_CHARS else asked[:ECHO_CHARS] + "…"
    return [f"{opening}\n\n> {echo}\n\n{text}" for opening in _OPENINGS]


def rest_of(partial: str, variants: Sequence[str]) -> str:
    """How a reply goes on that stopped after `partial`."""
    for text in variants:
        if text.startswith(partial) and len(text) > len(partial):
            return text[len(partial) :]
    return _MORE


def long_reply(question: str) -> str:
    """A reply of exactly `LONG_CHARS` characters, which begins like a short one."""
    parts = [replies_to(question)[0]]
    length = len(parts[0])
    number = 0
    while length < LONG_CHARS:
        number += 1
        parts.append(
            f"\n### Part {number}\n\nThis is part **{number}** of a long reply. Its first character is the "
            f"{length + 1}th. 第{number}段也按顺序到达。 🙂\n"
        )
        length += len(parts[-1])
    return "".join(parts)[:LONG_CHARS]


def thoughts_on(question: str) -> str:
    asked = " ".join(_STEERING.sub("", question).split())[:ECHO_CHARS]
    return (
        f"The user asks: “{asked}”. Let me think about what would help.\n\n"
        "First, what is it about? A demo model knows little, but it can show how thinking looks. "
        "Second, what form suits it: a table, a list, some code?\n\n"
        "I will answer in Markdown, briefly, and say what I am."
    )


def asks_to_think(question: str) -> bool:
    return _THINK.search(question) is not None


TITLE_WORDS = 7
_PHRASE_END = re.compile(r"[?!.,;:](?=\s|$)|[？！。，；：]|\n")
_LEADS_ON = {
    *("a", "an", "the", "and", "or", "but", "with", "without", "of", "in", "on", "at", "to", "from"),
    *("for", "by", "as", "than", "that", "which", "is", "are", "my", "your"),
}
"""Words that promise another one: no title ends with them."""


def title_of(question: str) -> str:
    """The first phrase of the question; of a long one as many words as can stand alone."""
    phrase = _PHRASE_END.split(_STEERING.sub("", question).strip(), maxsplit=1)[0]
    words = phrase.split()
    kept = words[:TITLE_WORDS]
    while len(words) > TITLE_WORDS and len(kept) > 1 and kept[-1].lower() in _LEADS_ON:
        kept.pop()
    title = " ".join(kept)
    return (title[:1].upper() + title[1:60]) if title else "A conversation with the demo model"


def text_of(message: dict[str, Any]) -> str:
    """The text of a message, also of one in parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content if part.get("type") == "text")
