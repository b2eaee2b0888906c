"""Rows as the JSON values that clients see."""

from datetime import UTC, datetime
from typing import Any

from chat.models import Attachment, Conversation, Feedback, Message
from chat.parts import Parts, answers_call, content_parts_of, tool_calls_of


def timestamp(moment: datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def describe_message(message: Message) -> dict[str, Any]:
    """A message fetched with its completion, feedback and attachments, its checkpoints joined."""
    completion = message.completion
    described = {
        "id": str(message.id),
        "conversation": str(message.conversation_id),
        "parent": None if message.parent_id is None else str(message.parent_id),
        "role": message.role,
        "content": message.content,
        "attachments": [describe_attachment(row) for row in message.attachments.all()],
        "reasoning": message.reasoning,
        "status": message.status,
        "model": message.model or None,
        "finish_reason": completion.finish_reason if completion else None,
        "usage": completion.usage if completion else None,
        "error": completion.error if completion else None,
        "cut_off": (completion.cut_off or None) if completion else None,
        "created": timestamp(message.created),
        "started": timestamp(completion.started) if completion else None,
        "first_token": timestamp(completion.first_token) if completion else None,
        "first_text": timestamp(completion.first_text) if completion else None,
        "ended": timestamp(completion.ended) if completion else None,
        "feedback": _describe_feedback(message),
    }
    if message.parts:
        described |= _describe_parts(message.parts)
    if completion is not None and completion.notices:
        # What the user must be told of it: the context was cut, a parameter was dropped.
        described["notices"] = completion.notices
    return described


def _describe_parts(parts: Parts) -> dict[str, Any]:
    """What there is beside text: messages of programs alone have it."""
    known = {
        "tool_calls": list(tool_calls_of(parts)),
        "tool_call_id": answers_call(parts),
        "parts": content_parts_of(parts),
    }
    return {name: value for name, value in known.items() if value}


def describe_attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": str(attachment.id),
        "name": attachment.name,
        "kind": attachment.kind,
        "content_type": attachment.content_type,
        "size": attachment.size,
    }


def _describe_feedback(message: Message) -> dict[str, Any] | None:
    try:
        feedback = message.feedback
    except Feedback.DoesNotExist:
        return None
    return {"rating": feedback.rating, "comment": feedback.comment}


def describe_conversation(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "model": conversation.model or None,
        "system_prompt": conversation.system_prompt,
        "params": conversation.params,
        "temporary": conversation.temporary,
        "pinned": conversation.pinned,
        "archived": conversation.archived,
        "active": None if conversation.active_id is None else str(conversation.active_id),
        "created": timestamp(conversation.created),
        "updated": timestamp(conversation.updated),
    }
