"""From where a browser calls: this site, another origin that was allowed, or somewhere else. Pure.

Against pages of other sites that use the visitor's cookie. A program may send what it likes here;
it is its key that counts.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from chat.auth.scopes import Scope, header

_LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]
"""What Django itself allows where nothing is set and debug is on."""
_SECURE = {"https", "wss"}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def same_origin(scope: Scope) -> bool:
    """Whether `Origin` names this site: the host that was called, if it is ours, or CHAT_PUBLIC_URL."""
    origin = header(scope, "origin")
    return origin is not None and origin.lower() in (_called_origin(scope), _public_origin())


def fetched_by_own_page(scope: Scope) -> bool:
    """Whether a browser says that a script of this very origin made the request; no page can forge it.

    A script, and not a link that a model wrote and somebody clicked, nor an image: browsers tell
    `EventSource` and `fetch` by an empty destination.
    """
    if header(scope, "sec-fetch-site") != "same-origin":
        return False
    return header(scope, "sec-fetch-dest") in (None, "empty")


def is_prefetch(scope: Scope) -> bool:
    """Whether a browser only fetches ahead, so that nobody has asked for anything yet."""
    purpose = header(scope, "sec-purpose") or header(scope, "purpose") or ""
    return "prefetch" in purpose.lower()


def allowed_cors_origin(origin: str | None) -> bool:
    """Whether pages of this other origin may call with a key."""
    return origin is not None and origin in settings.CHAT_CORS_ORIGINS


def _called_origin(scope: Scope) -> str | None:
    host = (header(scope, "host") or "").lower()
    # Without this a name that an attacker points at our address (DNS rebinding) would be "the same origin".
    allowed = settings.ALLOWED_HOSTS or (_LOCAL_HOSTS if settings.DEBUG else [])
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, allowed):
        return None
    scheme = "https" if scope.get("scheme") in _SECURE else "http"
    return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS[scheme])}"


def _public_origin() -> str | None:
    url = urlsplit(settings.CHAT_PUBLIC_URL)
    return f"{url.scheme}://{url.netloc}".lower() if url.netloc else None
