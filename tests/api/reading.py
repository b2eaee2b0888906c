"""How the tests read a streamed answer."""

import json
from typing import Any

from django.test import AsyncClient


async def ask(client: AsyncClient, content: str = "Hello?", query: str = "", **fields: Any) -> Any:
    """`POST chat`."""
    return await client.post(f"/api/v1/chat{query}", {"content": content, **fields}, "application/json")


async def whole(response: Any) -> str:
    return b"".join([piece async for piece in response]).decode()


async def events(response: Any) -> list[dict[str, Any]]:
    """Every event of an SSE answer; its id, where it has one, as the field `id`."""
    return parse(await whole(response))


def parse(stream: str) -> list[dict[str, Any]]:
    found = []
    for block in stream.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append(json.loads(lines["data"]) | ({"id": lines["id"]} if "id" in lines else {}))
    return found


def text_of(read: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in read if event["type"] == "delta")


def error_of(response: Any) -> dict[str, Any]:
    """The error of an answer, which is JSON of the one shape whatever went wrong."""
    assert response["Content-Type"] == "application/json", response.content
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"type", "code", "message", "param"}
    assert error["type"]
    assert error["code"]
    assert error["message"]
    return error
