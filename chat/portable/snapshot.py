"""What a shared link shows: the branch as it was, with nothing in it that is for its owner alone."""

from typing import Any

from chat.portable.branch import branch_to

_KEPT = ("role", "content", "reasoning", "status", "model", "finish_reason", "created")
"""Not: ids and siblings (what else was tried), usage (what it cost), errors (whose provider), feedback."""


def snapshot(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of the branch that is shown; of files their names and kinds, not what is in them."""
    return [
        {name: message[name] for name in _KEPT}
        | {
            "attachments": [
                {"name": file["name"], "kind": file["kind"]} for file in message.get("attachments") or ()
            ]
        }
        for message in branch_to(conversation["messages"], conversation["active"])
        if message["role"] in ("user", "assistant")
    ]
