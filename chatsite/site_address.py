"""The address that people open, for links that are sent to them."""

from django.conf import settings
from django.http import HttpRequest

from chatsite.welcome import addresses


def address_for(path: str, request: HttpRequest | None = None) -> str:
    """As the settings say; else as this trusted caller came in; else where others find this machine."""
    if settings.CHAT_PUBLIC_URL:
        return f"{settings.CHAT_PUBLIC_URL}{path}"
    if request is not None:
        return request.build_absolute_uri(path)
    # Of a server that listens to its network the first is for this machine alone.
    found = addresses(settings.HOST, settings.PORT)
    return f"{found[1] if len(found) > 1 else found[0]}{path}"
