"""Under which names the server may be called, and the gate that holds every request and socket to them.

A name that a stranger points at our address (DNS rebinding) must not reach a view: the first-account
page would answer it. Knows nothing of users.
"""

import ipaddress
import socket

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from chat.errors import BadRequest
from chatsite.asgi_types import App, Receive, Scope, Send, headers
from chatsite.refusals import refuse

LOOPBACK = [".localhost", "127.0.0.1", "[::1]"]


def is_loopback(host: str) -> bool:
    """Whether an address to bind to can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def names_of_this_machine() -> list[str]:
    """What a home network calls it: its name, and its name under `.local` (mDNS)."""
    name = socket.gethostname().lower().rstrip(".")
    short = name.partition(".")[0]
    return [name, short, f"{short}.local"]


def is_allowed(host_header: str) -> bool:
    domain, _port = split_domain_port(host_header)
    if not settings.CHAT_HOME_NETWORK:
        return validate_host(domain, settings.ALLOWED_HOSTS)
    # On a home network nobody knows our address beforehand. Rebinding needs a name, so any address
    # is safe, and of the names only those that the network itself gives.
    return is_address(domain) or validate_host(domain, [*LOOPBACK, *names_of_this_machine()])


def is_address(domain: str) -> bool:
    """Whether a host is given by its address: no name can lead there."""
    try:
        ipaddress.ip_address(domain.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


class AllowedHosts:
    """Lets through what was called by one of our names; a request without `Host` is no browser's."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = headers(scope, b"host")
        if len(hosts) > 1:
            # Whoever looks at the first and whoever looks at the last would disagree.
            await refuse(scope, send, BadRequest("A request has one Host header."))
        elif not hosts or is_allowed(hosts[0]):
            await self.app(scope, receive, send)
        else:
            error = BadRequest(
                f"This server is not known as {hosts[0]!r}; CHAT_PUBLIC_URL or DJANGO_ALLOWED_HOSTS name it.",
                code="unknown_host",
            )
            await refuse(scope, send, error)
