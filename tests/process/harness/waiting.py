"""Waiting for something outside this process: bounded, and never longer than it takes."""

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds for what takes milliseconds on an idle machine: only a thing that never happens waits so long."""
GLANCE = 0.02
"""Seconds between two looks."""
OURS = range(10_000, 32_768)
"""Ports below those that Linux gives to connections."""


async def until(look: Callable[[], Awaitable[T]], seconds: float = PATIENCE, what: str = "it") -> T:
    """What `look` returns as soon as that is true. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        seen = await look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s")
        await asyncio.sleep(GLANCE)


def until_true(look: Callable[[], object], seconds: float = PATIENCE, what: str = "it") -> None:
    """The same for a look that does not await, where no event loop runs yet."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s")
        time.sleep(GLANCE)


def free_port() -> int:
    """A port of loopback that nobody listens on, and that no connection is given before somebody does.

    Servers of several workers start at the same time: chance keeps them apart.
    """
    while True:
        port = random.choice(OURS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
