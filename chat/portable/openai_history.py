"""The messages of a call to OpenAI's API: what each says, and the chain by which a history is known again.

https://platform.openai.com/docs/api-reference/chat/create. Pure. Raises `BadRequest` with `param`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from chat.errors import BadRequest
from chat.history import History, Picture, Said, plain
from chat.parts import KEPT_TYPES, Parts, parts_of_calls

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
MOST_MESSAGES = 10_000
"""Each that is new becomes a row, in one transaction."""
_DATA = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+);base64,")


def read_history(messages: Any) -> History:
    """The messages of a call, in their order."""
    if not isinstance(messages, list) or not messages:
        raise BadRequest("Send `messages`: a list with one message at least.", param="messages")
    if len(messages) > MOST_MESSAGES:
        raise BadRequest(
            f"{len(messages)} messages are too many; the limit is {MOST_MESSAGES}.",
            code="too_many_messages",
            param="messages",
        )
    said = [_said(message, f"messages.{index}") for index, message in enumerate(messages)]
    # Where there is nothing but instructions, the last of them is what is asked.
    begin = next((index for index, one in enumerate(said) if one.role != "system"), len(said) - 1)
    return History(
        said=tuple(_chained(said[begin:])), instructions="\n\n".join(one.text for one in said[:begin])
    )


def _chained(said: Sequence[Said]) -> list[Said]:
    """Each with the chain, where a call can have ended: before an answer, and at the end."""
    chained = []
    digest = hashlib.sha256()
    for index, one in enumerate(said):
        if one.role != "system":
            digest.update(_digest(one))
        ends = index + 1 == len(said) or said[index + 1].role == "assistant"
        chained.append(replace(one, chain=digest.hexdigest()) if ends and one.role != "assistant" else one)
    return chained


def _digest(said: Said) -> bytes:
    """A message in 32 bytes. Tool calls by their ids and names: clients write arguments anew."""
    parts = [{key: value for key, value in part.items() if key != "arguments"} for part in said.parts or ()]
    pictures = [hashlib.sha256(picture.data).hexdigest() for picture in said.pictures]
    value = [said.role, plain(said.text), parts, pictures]
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).digest()


def _said(message: Any, param: str) -> Said:
    if not isinstance(message, dict):
        raise BadRequest("A message is an object.", param=param)
    named = message.get("role")
    role = ROLES.get(named) if isinstance(named, str) else None
    if role is None:
        known = ", ".join(ROLES)
        raise BadRequest(f"The role of a message is one of: {known}.", param=f"{param}.role")
    text, rest, pictures = _content(message.get("content"), f"{param}.content")
    parts: Parts = list(rest)
    if role == "assistant":
        text = text or _string(message.get("refusal"))
        parts += parts_of_calls(_calls(message.get("tool_calls"), f"{param}.tool_calls")) or []
    elif role == "tool":
        call = message.get("tool_call_id")
        if not isinstance(call, str) or not call:
            raise BadRequest("A tool's message names its call.", param=f"{param}.tool_call_id")
        parts.append({"type": "tool_result", "tool_call_id": call})
    reasoning = _string(message.get("reasoning_content")) or _string(message.get("reasoning"))
    return Said(role, text, reasoning if role == "assistant" else "", parts or None, tuple(pictures))


def _content(content: Any, param: str) -> tuple[str, Parts, list[Picture]]:
    """The text, the parts that are neither text nor picture, and the pictures that came with it."""
    if content is None or isinstance(content, str):
        return content or "", [], []
    if not isinstance(content, list):
        raise BadRequest("The content is a text, a list of parts, or null.", param=param)
    texts: list[str] = []
    rest: Parts = []
    pictures: list[Picture] = []
    for index, part in enumerate(content):
        here = f"{param}.{index}"
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            raise BadRequest("A part of the content is an object with a `type`.", param=here)
        if part["type"] in KEPT_TYPES:
            raise BadRequest("Tool calls go into `tool_calls`, results into messages of tools.", param=here)
        if part["type"] in ("text", "refusal"):
            texts.append(_string(part.get(part["type"])))
        elif (picture := _picture(part, here)) is not None:
            pictures.append(picture)
        else:
            rest.append(part)
    return "\n\n".join(filter(None, texts)), rest, pictures


def _picture(part: dict[str, Any], param: str) -> Picture | None:
    """The image of a part that holds one; None for any other part, and for one that names an address."""
    image = part.get("image_url") if part["type"] == "image_url" else None
    url = image.get("url") if isinstance(image, dict) else image
    if not isinstance(url, str):
        if part["type"] == "image_url":
            raise BadRequest("An image has its address in `image_url.url`.", param=f"{param}.image_url")
        return None
    head = _DATA.match(url)
    if head is None:
        return None
    try:
        data = base64.b64decode(url[head.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("The image is not base64.", param=f"{param}.image_url.url") from error
    return Picture(head["type"], data, f"{param}.image_url.url")


def _calls(calls: Any, param: str) -> list[dict[str, Any]]:
    if calls is None:
        return []
    if not isinstance(calls, list):
        raise BadRequest("`tool_calls` is a list.", param=param)
    read = []
    for index, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(call.get("id"), str):
            raise BadRequest("A tool call has an `id` and a `function`.", param=f"{param}.{index}")
        read.append(
            {
                "id": call["id"],
                "function": {
                    "name": _string(function.get("name")),
                    "arguments": _string(function.get("arguments")),
                },
            }
        )
    return read


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
