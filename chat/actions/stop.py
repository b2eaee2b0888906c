"""Stop a reply that runs in another process by its row, where that process cannot be told otherwise."""

from typing import Any
from uuid import UUID

from chat.access.rows import no_such
from chat.actions.finish import finish_as_saved
from chat.models import Completion, Message
from chat.models.status import Status


def want_stop(reply: UUID) -> bool:
    """Have its owner stop it, with all that it has, at its next beat; False when it runs no more."""
    running = Completion.objects.filter(message_id=reply, status=Status.STREAMING)
    return bool(running.update(stop_wanted=True))


def stop(user_id: int | None, reply: UUID, error: dict[str, Any] | None = None) -> bool:
    """End it with the text of its last checkpoint; False when it runs no more. None: of whomever.

    Its owner, if it lives, notices that it lost the reply, and closes the upstream.
    """
    rows = Message.objects.filter(id=reply)
    if user_id is not None:
        rows = rows.filter(
            conversation__owner_id=user_id, conversation__deleted__isnull=True, deleted__isnull=True
        )
    message = rows.first()
    if message is None:
        if user_id is None:
            return False
        raise no_such("message")
    if message.status != Status.STREAMING or message.completion_id is None:
        return False
    return finish_as_saved(message.completion_id, Status.STOPPED, error)
