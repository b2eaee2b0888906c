"""A title for a conversation: one short request beside the reply, and never in front of one.

It never fails: on anything odd there is no title.
"""

import asyncio
import logging
import re

from chat.upstream import errors
from chat.upstream.chunks import ChunkReader
from chat.upstream.provider import Provider

logger = logging.getLogger(__name__)

INSTRUCTION = (
    "Write a title for a conversation that begins with the message below: at most six words, in the "
    "language of the message. Answer with the title alone, without quotes or any other word."
)
TITLE_SECONDS = 20.0
MAX_TITLE_CHARS = 80
MAX_QUESTION_CHARS = 4000
"""The beginning of a question says what it is about; the rest would only cost."""

_LABEL = re.compile(r"^\s*[*#\s]*(?:conversation\s+)?title\s*[*]*\s*[:：]\s*", re.IGNORECASE)
_JOINERS = "\u200c\u200d"
"""They show nothing themselves, but words and emoji fall apart, or run together, without them."""
_QUOTES = "\"'`“”„‘’«»「」『』*# "


async def make_title(provider: Provider, model: str, question: str, user: str) -> str:
    """The title, or nothing. `model` is the provider's own name for it."""
    try:
        with provider.slots.ticket(user, title=True) as ticket:
            while place := ticket.place:
                await ticket.moved(place)
            async with asyncio.timeout(TITLE_SECONDS), provider.client.in_use() as line:
                answer = await line.sdk.chat.completions.with_raw_response.create(
                    model=model,
                    messages=[
                        {"role": "system", "content": INSTRUCTION},
                        {"role": "user", "content": question[:MAX_QUESTION_CHARS]},
                    ],
                )
    except errors.sdk_errors() as error:
        logger.info("no title: %s", type(error).__name__)
        return ""
    return title_in(answer.content)


def title_in(body: bytes) -> str:
    """The title in a provider's answer, cleaned; nothing where there is none."""
    reader = ChunkReader()
    chunks = [*reader.read([body]), *reader.finish()]
    return "" if reader.failure else clean("".join(chunk.text for chunk in chunks))


def clean(text: str) -> str:
    """The first line without quotes, label and Markdown, cut at a word."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = " ".join(_LABEL.sub("", line).split()).strip(_QUOTES).rstrip(".")
    line = "".join(character for character in line if character.isprintable() or character in _JOINERS)
    line = line.strip(_JOINERS)
    if len(line) <= MAX_TITLE_CHARS:
        return line
    head, space, _ = line[:MAX_TITLE_CHARS].rpartition(" ")
    return (head if space else line[: MAX_TITLE_CHARS - 1]).rstrip(_JOINERS) + "…"
