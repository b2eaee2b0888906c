"""The images of a call: read when the provider is asked, in the reply's own task, and never kept."""

import base64
import logging
from dataclasses import replace
from typing import Any
from uuid import UUID

from chat.actions.context import IMAGE
from chat.chunks import Opened, Take
from chat.files import folder
from chat.service.file_work import in_file_thread
from chat.upstream import Call, Upstream

logger = logging.getLogger(__name__)


async def ask_with_images(upstream: Upstream, call: Call, take: Take, opened: Opened) -> None:
    """`upstream.ask`, with the bytes in place of the parts that stand for images."""
    if any(map(_has_images, call.messages)):
        messages = await in_file_thread(lambda: tuple(map(_with_bytes, call.messages)))
        call = replace(call, messages=messages)
    await upstream.ask(call, take, opened)


def _has_images(message: dict[str, Any]) -> bool:
    content = message.get("content")
    return isinstance(content, list) and any(map(_is_ours, content))


def _is_ours(part: Any) -> bool:
    """Whether we wrote this part. A client's own may look like it, but nothing in JSON is a `UUID`.

    Without this a program could name any file, and have it read to its model.
    """
    return isinstance(part, dict) and part.get("type") == IMAGE and isinstance(part.get("file"), UUID)


def _with_bytes(message: dict[str, Any]) -> dict[str, Any]:
    if not _has_images(message):
        return message
    return message | {"content": [_read(part) if _is_ours(part) else part for part in message["content"]]}


def _read(part: dict[str, Any]) -> dict[str, Any]:
    try:
        data = folder.read(part["file"])
    except OSError:
        # The conversation must not end here for good: the model is told what it does not see.
        logger.exception("the bytes of an image are lost")
        text = f'<attachment name="{part["name"]}">(An image that was lost.)</attachment>'
        return {"type": "text", "text": text}
    encoded = base64.b64encode(data).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{part['content_type']};base64,{encoded}"}}
