"""Our own clients, at addresses that stay: to be imported by a page of whatever origin, or taken along."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

_IN_BROWSERS = Path(settings.BASE_DIR) / "chat" / "static" / "chat" / "client"
FILES = {
    "chat_client.js": (_IN_BROWSERS, "text/javascript"),
    "chat_client.d.ts": (_IN_BROWSERS, "text/plain"),
    "chat_client.py": (Path(settings.BASE_DIR) / "clients" / "python", "text/plain"),
}


def _text(name: str) -> bytes:
    if name not in FILES:
        raise Http404
    return (FILES[name][0] / name).read_bytes()


def _etag(request: HttpRequest, name: str) -> str:
    return f'"{hashlib.sha256(_text(name)).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_etag)
def client(request: HttpRequest, name: str) -> HttpResponse:
    """The same for everybody, signed in or not; a browser asks each time whether it has changed."""
    return HttpResponse(
        _text(name),
        content_type=f"{FILES[name][1]}; charset=utf-8",
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"},
    )
