"""One small story that all examples tell: a question, its reply, a file. Ids are as real ones look."""

from typing import Any

CONVERSATION = "01993b0e-5c2a-7d31-8f4a-2b6c9e01d7a4"
REQUEST = "01993b0e-5c2b-7a10-b1c3-6d5e4f302910"
REPLY = "01993b0e-5c2b-7f42-9d08-7a1b2c3d4e5f"
FILE = "01993b0d-11a0-7c55-a2b4-0f1e2d3c4b5a"
POSITION = "AZk7DlwrAAEAAA.0.7"

ERROR: dict[str, Any] = {
    "type": "invalid_request_error",
    "code": "not_found",
    "message": "There is no such message.",
    "param": None,
}
START: dict[str, Any] = {
    "type": "start",
    "conversation": CONVERSATION,
    "request": REQUEST,
    "reply": REPLY,
    "model": "demo",
}
DELTA: dict[str, Any] = {"type": "delta", "reply": REPLY, "offset": 0, "text": "Because"}
REASONING: dict[str, Any] = {"type": "reasoning", "reply": REPLY, "offset": 0, "text": "Light scatters."}
BLOCK: dict[str, Any] = {
    "type": "block",
    "reply": REPLY,
    "index": 0,
    "offset": 0,
    "length": 7,
    "html": "<p>Because</p>\n",
}
TITLE: dict[str, Any] = {"type": "title", "conversation": CONVERSATION, "title": "Why the sky is blue"}
CHANGED: dict[str, Any] = {"type": "changed", "conversation": CONVERSATION}
QUEUE: dict[str, Any] = {"type": "queue", "reply": REPLY, "place": 1}
TOOL_CALLS: dict[str, Any] = {
    "type": "tool_calls",
    "reply": REPLY,
    "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
    ],
}
END: dict[str, Any] = {
    "type": "end",
    "reply": REPLY,
    "status": "complete",
    "finish_reason": "stop",
    "length": 7,
    "usage": {"prompt_tokens": 6, "completion_tokens": 1, "total_tokens": 7},
    "error": None,
}
EVENTS: dict[str, dict[str, Any]] = {
    "Start": START,
    "Delta": {**DELTA, "id": POSITION},
    "Reasoning": {**REASONING, "id": "AZk7DlwrAAEAAA.15.0"},
    "Block": {**BLOCK, "id": POSITION},
    "Title": TITLE,
    "Changed": CHANGED,
    "Queue": QUEUE,
    "ToolCalls": TOOL_CALLS,
    "End": {**END, "id": f"{POSITION}.e"},
}
"""One of each, by the name of its schema."""

MESSAGE: dict[str, Any] = {
    "id": REPLY,
    "conversation": CONVERSATION,
    "parent": REQUEST,
    "role": "assistant",
    "content": "Because",
    "attachments": [],
    "reasoning": "",
    "status": "complete",
    "model": "demo",
    "finish_reason": "stop",
    "usage": END["usage"],
    "error": None,
    "cut_off": None,
    "created": "2026-11-27T08:00:00.000Z",
    "started": "2026-11-27T08:00:00.010Z",
    "first_token": "2026-11-27T08:00:00.400Z",
    "first_text": "2026-11-27T08:00:00.400Z",
    "ended": "2026-11-27T08:00:01.200Z",
    "feedback": None,
}
RATED = {**MESSAGE, "feedback": {"rating": 1, "comment": "Clear."}}
QUESTION: dict[str, Any] = {
    **MESSAGE,
    "id": REQUEST,
    "parent": None,
    "role": "user",
    "content": "Why is the sky blue?",
    "model": None,
    "finish_reason": None,
    "usage": None,
    "started": None,
    "first_token": None,
    "first_text": None,
    "ended": None,
}
CONVERSATION_ALONE: dict[str, Any] = {
    "id": CONVERSATION,
    "title": "Why the sky is blue",
    "model": None,
    "system_prompt": "",
    "params": {},
    "temporary": False,
    "pinned": False,
    "archived": False,
    "active": REPLY,
    "created": "2026-11-27T08:00:00.000Z",
    "updated": "2026-11-27T08:00:01.200Z",
}
TREE = {**CONVERSATION_ALONE, "messages": [QUESTION, MESSAGE]}
ATTACHMENT: dict[str, Any] = {
    "id": FILE,
    "name": "report.txt",
    "kind": "text",
    "content_type": "text/plain; charset=utf-8",
    "size": 1200,
}
UPLOAD = {**ATTACHMENT, "created": "2026-11-27T07:59:00.000Z", "characters": 1200}
BACKGROUND: dict[str, Any] = {
    "conversation": CONVERSATION,
    "request": REQUEST,
    "reply": REPLY,
    "stream_url": f"/api/v1/messages/{REPLY}/stream?ticket=…",
}
MODEL: dict[str, Any] = {
    "id": "demo",
    "name": "demo",
    "context_length": 8192,
    "vision": True,
    "default": True,
}


def page(of: dict[str, Any]) -> dict[str, Any]:
    """A list with one of them and no next page."""
    return {"results": [of], "next": None}
