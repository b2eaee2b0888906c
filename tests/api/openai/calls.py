"""How the tests call `/v1` and read what it answers."""

import asyncio
import base64
import json
from io import BytesIO
from typing import Any

from api.reading import whole
from django.test import AsyncClient
from fakes.engine_ports import FedSource
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from PIL import Image

from chat.access.descriptions import describe_message
from chat.database import in_database
from chat.models import Conversation, Message


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: str | None, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


async def post(client: AsyncClient, *messages: dict[str, Any], headers: Any = None, **fields: Any) -> Any:
    """`POST /v1/chat/completions`."""
    body = {"model": "small", "messages": list(messages), **fields}
    return await client.post("/v1/chat/completions", body, "application/json", headers=headers)


async def said(client: AsyncClient, *messages: dict[str, Any], **fields: Any) -> str:
    """The text of a whole answer."""
    answer = await post(client, *messages, **fields)
    assert answer.status_code == 200, answer.content
    text: str = answer.json()["choices"][0]["message"]["content"]
    return text


async def chunks(answer: Any) -> list[Any]:
    """The data of every block of a stream; `[DONE]` as it is."""
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/event-stream"
    return read_chunks(await whole(answer))


def read_chunks(stream: str) -> list[Any]:
    lines = (line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: "))
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def texts(read: list[Any]) -> str:
    return "".join(chunk["choices"][0]["delta"]["content"] for chunk in read if chunk != "[DONE]")


async def tree() -> list[tuple[str, list[tuple[int, str, str]]]]:
    """The conversations, oldest first, as title and messages: depth, role and text."""

    def read() -> list[tuple[str, list[tuple[int, str, str]]]]:
        found = []
        for conversation in Conversation.objects.order_by("id"):
            depths: dict[Any, int] = {}
            lines = []
            for row in Message.objects.filter(conversation=conversation).order_by("id"):
                depths[row.id] = depths.get(row.parent_id, -1) + 1
                lines.append((depths[row.id], row.role, row.content))
            found.append((conversation.title, lines))
        return found

    return await in_database(read)


def answering(upstream: FedUpstream, *answers: str) -> None:
    """What the next calls are answered, one after the other."""
    for answer in answers:
        upstream.script(answer)


async def abandoned(answer: Any, source: FedSource) -> None:
    """Read the beginning of a stream and go; returns when that is saved."""
    pieces = aiter(answer)
    await anext(pieces)
    await pieces.aclose()
    answer.close()
    await asyncio.wait_for(source.closed.wait(), 5)
    await eventually(is_interrupted)


def is_interrupted() -> bool:
    return bool(newest()["status"] == "interrupted")


def newest() -> dict[str, Any]:
    """The newest reply as it is saved; read in a thread."""
    return describe_message(Message.objects.filter(role="assistant").order_by("-id")[0])


async def last_reply() -> dict[str, Any]:
    """The same, from a test."""
    return await in_database(newest)


def picture(colour: str = "red") -> dict[str, Any]:
    """A part of a message: a small image, inside the call."""
    data = BytesIO()
    Image.new("RGB", (4, 4), colour).save(data, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
