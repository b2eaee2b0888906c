"""One request, and when each part of its answer arrived. Follows no redirect, decodes nothing."""

import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chat.management.probing.target import Target

READ_BYTES: Final = 65_536
MOST_BYTES: Final = 20_000_000
"""More than the server sends; whatever sends it is not our server."""


class Unheard(Exception):
    """Nobody answered; the message says what happened instead."""


@dataclass(slots=True)
class Heard:
    """An answer. Times are seconds since 1970, by this machine's clock, which is not moved in between."""

    asked: float
    headers_at: float
    status: int
    http: str
    headers: dict[str, str]
    """By names in lower case."""
    reads: list[tuple[float, bytes]] = field(default_factory=list)
    over_at: float = 0.0
    broke: str | None = None
    """How it broke off, where it did."""

    @property
    def size(self) -> int:
        return sum(len(data) for _at, data in self.reads)


def hear(
    target: Target,
    path: str,
    headers: Mapping[str, str],
    *,
    patience: float,
    method: str = "GET",
    body: bytes | None = None,
    enough: Callable[[bytes], bool] = lambda _data: False,
) -> Heard:
    """Ask, and read until it ends or `enough` says so of a read. `patience`: seconds without a byte.

    Raises `Unheard` where no answer began.
    """
    began_wall, began = time.time(), time.monotonic()

    def now() -> float:
        return began_wall + time.monotonic() - began

    connection = target.connection()
    try:
        try:
            connection.connect()
            assert connection.sock is not None
            connection.sock.settimeout(patience)
            asked = now()
            # http.client would ask for `identity` by itself; a client that asks for nothing is another case.
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Unheard(_why(error)) from error
        heard = Heard(
            asked=asked,
            headers_at=now(),
            status=response.status,
            http="1.0" if response.version == 10 else "1.1",
            headers={name.lower(): value for name, value in response.getheaders()},
        )
        try:
            while data := response.read1(READ_BYTES):
                heard.reads.append((now(), data))
                if heard.size > MOST_BYTES or enough(data):
                    break
        except (OSError, http.client.HTTPException) as error:
            heard.broke = _why(error)
        heard.over_at = now()
        return heard
    finally:
        connection.close()


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted here ({error.verify_message}); SSL_CERT_FILE may name another"
    if isinstance(error, TimeoutError):
        return "it was silent for too long"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was closed in the middle"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    # What http.client quotes is the answer's first line, which is no secret of ours.
    return f"it does not speak HTTP ({type(error).__name__})"
