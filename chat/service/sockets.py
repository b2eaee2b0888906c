"""What an open socket is told beside the replies it follows: titles, and that its key holds no more."""

from collections.abc import Callable

from chat.service.runtime import Socket, runtime


async def socket_opened(socket: Socket) -> Callable[[], None]:
    """Have the socket told, until what is returned is called."""
    here = await runtime()
    here.sockets.add(socket)
    return lambda: here.sockets.discard(socket)


async def end_revoked_sockets() -> None:
    """Look at once at all callers, as the process does every two seconds."""
    await (await runtime()).end_revoked()
