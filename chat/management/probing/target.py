"""An address along the way: the server's own, or that of something in front of it."""

import http.client
import re
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS = 10.0
_API = re.compile(r"(/api/v1|/v1)?/*$")


class BadAddress(ValueError):
    """It is none that can be probed; the message says why, without a secret that may stand in it."""


@dataclass(frozen=True, slots=True)
class Target:
    secure: bool
    host: str
    port: int
    path: str
    """What the proxy puts before the server's addresses; mostly nothing."""

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.secure else 80)
        return f"http{'s' if self.secure else ''}://{host}{'' if usual else f':{self.port}'}"

    @property
    def url(self) -> str:
        return self.origin + self.path

    @property
    def socket_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/ws/chat/"

    def connection(self) -> http.client.HTTPConnection:
        """Not open yet. It follows no redirect, so that the key goes nowhere else."""
        if self.secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self.host, self.port, timeout=CONNECT_SECONDS, context=context)
        return http.client.HTTPConnection(self.host, self.port, timeout=CONNECT_SECONDS)


def target(url: str) -> Target:
    """Read an address as people have it, with a slash or the API's own path too. Raises `BadAddress`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress("An address is like https://chat.example.org.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress("An address begins with http:// or https:// and has a host.")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("An address with a password in it is not probed: the key takes its place.")
    if parts.query or parts.fragment:
        raise BadAddress("An address has no ? and no # in it.")
    secure = parts.scheme == "https"
    path = _API.sub("", parts.path)
    return Target(secure, parts.hostname, port or (443 if secure else 80), path)
