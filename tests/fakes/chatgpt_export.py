"""ChatGPT's exports in miniature, in their own shapes: the old one, and that of the models that think."""

import json
from typing import Any

Node = dict[str, Any]
NOON = 1_700_000_000.25
"""2023-11-14 22:13:20 UTC and a bit."""


def node(
    parent: str | None,
    role: str = "user",
    text: str | None = None,
    *,
    at: Any = None,
    content: Any = None,
    recipient: str = "all",
    status: str = "finished_successfully",
    **metadata: Any,
) -> Node:
    """A node without its id, which its place in the mapping gives it."""
    if content is None:
        content = {"content_type": "text", "parts": [text]}
    message = {
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": at,
        "update_time": None,
        "content": content,
        "status": status,
        "end_turn": None,
        "weight": 1.0,
        "metadata": metadata,
        "recipient": recipient,
        "channel": None,
    }
    return {"message": message, "parent": parent, "children": []}


def root() -> Node:
    return {"message": None, "parent": None, "children": []}


def conversation(mapping: dict[str, Node], current: str | None = None, **fields: Any) -> dict[str, Any]:
    nodes = {key: {"id": key, **value} for key, value in mapping.items()}
    for key, value in nodes.items():
        if value["parent"] in nodes:
            nodes[value["parent"]]["children"].append(key)
    return {
        "title": "Walks",
        "create_time": NOON,
        "update_time": NOON + 600,
        "mapping": nodes,
        "moderation_results": [],
        "current_node": current,
        "plugin_ids": None,
        "conversation_id": "6553f8a0-aaaa-8000-bbbb-000000000001",
        "is_archived": False,
        **fields,
    }


def simple(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A question and an answer, below the empty root and the hidden system message that all have."""
    mapping = {
        "root": root(),
        "system": node("root", "system", "", is_visually_hidden_from_conversation=True),
        "q": node("system", "user", f"Question {number}?", at=NOON),
        "a": node("q", "assistant", f"Answer {number}.", at=NOON + 5, model_slug="gpt-4o"),
    }
    key = f"6553f8a0-aaaa-8000-bbbb-{number:012d}"
    return {**conversation(mapping, "a", conversation_id=key, title=f"Number {number}"), **fields}


def lines(*conversations: Any) -> bytes:
    """As the page's script sends them."""
    return b"\n".join(json.dumps(value).encode() for value in conversations)
