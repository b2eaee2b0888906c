"""Wrong passwords and codes, counted per username and per address in memory. Knows no accounts."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock

from chat.errors import TooMany
from chat.limits.addresses import neighbourhood

WINDOW_SECONDS = 300.0
FAILURES_PER_USERNAME = 10
FAILURES_PER_ADDRESS = 30
"""More than per username: a whole office may come from one address."""

_Key = tuple[str, str]


@dataclass(slots=True)
class _Window:
    began: float
    failures: int = 0


class SignInLimit:
    """The first failure opens a window of five minutes; when it is full, nothing more is checked.

    A try counts as failed before it is checked: else as many as come at once would all be checked
    before the first has failed. Success takes that back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()  # pages run in threads
        self._windows: dict[_Key, _Window] = {}
        """In the order in which they began."""

    def take(self, address: str, username: str = "") -> None:
        """Count a try, for a username where it is a password that is tried. Raises `TooMany`."""
        with self._lock:
            self._drop_ended()
            counted = list(_counted(address, username))
            for key, most in counted:
                window = self._windows.get(key)
                if window is not None and window.failures >= most:
                    raise TooMany(
                        "There were too many wrong tries. Wait a little.",
                        code="too_many_sign_ins",
                        retry_after=window.began + WINDOW_SECONDS - self._clock(),
                    )
            for key, _most in counted:
                self._windows.setdefault(key, _Window(self._clock())).failures += 1

    def succeeded(self, address: str, username: str = "") -> None:
        """The try was right: it counts for nobody, and the username begins anew."""
        with self._lock:
            self._windows.pop(("username", username), None)
            window = self._windows.get(("address", neighbourhood(address)))
            if window is not None and window.failures:
                window.failures -= 1

    def __len__(self) -> int:
        """How many usernames and addresses have a window open."""
        return len(self._windows)

    def forget(self) -> None:
        """Begin anew for everybody."""
        with self._lock:
            self._windows.clear()

    def _drop_ended(self) -> None:
        """Forget windows that are over: the oldest stand first, so that each is looked at once."""
        ended = self._clock() - WINDOW_SECONDS
        while self._windows:
            key, window = next(iter(self._windows.items()))
            if window.began > ended:
                return
            del self._windows[key]


def _counted(address: str, username: str) -> Iterator[tuple[_Key, int]]:
    """What a try counts for, and how many each may have. A Unix socket knows no address."""
    if address:
        yield ("address", neighbourhood(address)), FAILURES_PER_ADDRESS
    if username:
        yield ("username", username), FAILURES_PER_USERNAME
