"""What Daphne does not do by itself: begin, end in order, notice silent peers, keep secrets out of its log.

With its neighbours `daphne_…`, the only place that knows Daphne and Twisted. asgi.py loads it where
Daphne runs.
"""

import asyncio
import socket
import sys
from typing import Any

from daphne.access import AccessLogGenerator
from daphne.server import Server, reactor, twisted_loop
from django.conf import settings
from twisted.internet.defer import Deferred

from chatsite import daphne_requests, daphne_sockets, life, server_lock
from chatsite.log_lines import redacted

# A peer that vanished without a word is noticed within 30 s: an idle connection by probes after 10 s
# (3 of them, 4 s apart), and one that we write to (a keep-alive every 15 s at least) 15 s after that.
_KEEPALIVE = {
    "SO_KEEPALIVE": (socket.SOL_SOCKET, 1),
    "TCP_KEEPIDLE": (socket.IPPROTO_TCP, 10),
    "TCP_KEEPALIVE": (socket.IPPROTO_TCP, 10),  # what macOS calls it
    "TCP_KEEPINTVL": (socket.IPPROTO_TCP, 4),
    "TCP_KEEPCNT": (socket.IPPROTO_TCP, 3),
    "TCP_USER_TIMEOUT": (socket.IPPROTO_TCP, 15_000),  # ms; Linux
}

_plain_run = Server.run
_plain_kill = Server.kill_all_applications
_plain_listen_success = Server.listen_success
_plain_write_entry = AccessLogGenerator.write_entry


def install() -> None:
    """From now on every Daphne server of this process is such a one."""
    Server.run = _run
    Server.kill_all_applications = _end_then_kill
    Server.listen_success = _listen_success
    AccessLogGenerator.write_entry = _write_entry
    daphne_requests.install()
    daphne_sockets.install()


def _run(self: Server) -> None:
    try:
        server_lock.take()
    except server_lock.AnotherServer as error:
        sys.exit(str(error))
    reactor.callWhenRunning(_begin, self)
    _plain_run(self)
    if life.failed():
        sys.exit(1)


def _begin(self: Server) -> None:
    # The loop does not turn yet when Twisted says that the reactor runs. Somebody must hold the task.
    self.begun = twisted_loop.create_task(life.begin())
    self.begun.add_done_callback(_stop_if_not_begun)


def _stop_if_not_begun(begun: "asyncio.Task[None]") -> None:
    if begun.exception() is not None:
        reactor.stop()


def _end_then_kill(self: Server) -> Deferred[Any]:
    """Daphne cancels its applications as soon as it is told to stop; here they first get to say `end`.

    Nothing else in Twisted comes in between: the triggers of one phase run beside each other.
    """
    ended = Deferred.fromFuture(life.end())
    ended.addBoth(lambda _: _plain_kill(self))
    # It stumbles over connections that have sent half a request; they need no killing.
    ended.addErrback(lambda _: None)
    return ended


def _listen_success(self: Server, port: Any) -> None:
    """Connections inherit the options of the socket that they come in by."""
    listening = getattr(port, "socket", None)
    if listening is not None and listening.family in (socket.AF_INET, socket.AF_INET6):
        for name, (level, value) in _KEEPALIVE.items():
            if hasattr(socket, name):
                listening.setsockopt(level, getattr(socket, name), value)
    _plain_listen_success(self, port)


def _write_entry(
    self: AccessLogGenerator, host: str, date: Any, request: str, *rest: Any, **more: Any
) -> None:
    if settings.CHAT_LOG_FORMAT == "text":  # else `chat.access` has it
        _plain_write_entry(self, host, date, redacted(request), *rest, **more)
