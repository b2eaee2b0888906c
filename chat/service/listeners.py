"""Who is told news beside the replies that it follows; and the telling, for whoever changes things."""

from collections.abc import Callable
from uuid import UUID

from chat.service.runtime import Listener, runtime


async def listen(listener: Listener) -> Callable[[], None]:
    """Have it told, until what is returned is called."""
    here = await runtime()
    here.listeners.add(listener)
    return lambda: here.listeners.discard(listener)


async def tell_changed(user_id: int, conversation: UUID | str) -> None:
    """Say to all that this user has open that a conversation changed. To be called after the commit."""
    (await runtime()).tell_changed(user_id, conversation)


async def end_revoked_listeners() -> None:
    """Look at once at all callers, as the process does every two seconds."""
    await (await runtime()).end_revoked()
