"""A coroutine that mostly need not wait, done where it is called: no task has to be woken for it."""

from asyncio import CancelledError
from collections.abc import Awaitable, Coroutine, Generator
from functools import partial
from types import coroutine
from typing import Any

Left = Awaitable[None] | None
"""What is left to be awaited of something that was begun; None: it is done."""


def at_once(work: Coroutine[Any, Any, None]) -> Left:
    """Do it as far as it goes without waiting. A task awaits what is left, which raises what was raised.

    A future that it waits for must be its own, as that of an `Event.wait` is.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    except (Exception, CancelledError) as error:  # noqa: BLE001 (told to whoever awaits the rest)
        return _Failed(error)
    return _rest(work, waits_for)


@coroutine
def _rest(work: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Goes on with it in the task that awaits this: PEP 492's `await`, from the second step on."""
    while True:
        try:
            got = yield waits_for
        except BaseException as error:  # noqa: BLE001 (a cancellation is the coroutine's own to see)
            step = partial(work.throw, error)
        else:
            step = partial(work.send, got)
        try:
            waits_for = step()
        except StopIteration:
            return


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __await__(self) -> Generator[Any, Any, None]:
        raise self._error
