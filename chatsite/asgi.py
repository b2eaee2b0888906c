"""What the server runs: HTTP, WebSocket and lifespan, under Daphne, uvicorn or another ASGI server."""

import os
import sys
from importlib.util import find_spec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

# Before anything of ours is imported: it fills Django's registry of apps.
django_pages = get_asgi_application()

from django.conf import settings

from chat.ws.urls import websocket_urlpatterns
from chatsite import sentry
from chatsite.asgi_types import Receive, Scope, Send
from chatsite.hosts import AllowedHosts
from chatsite.late_errors import NoLateErrors
from chatsite.lean_handler import LeanHandler
from chatsite.lifespan import lifespan
from chatsite.page_limit import PageLimit
from chatsite.page_threads import PageThreads
from chatsite.proxies import TrustedProxies
from chatsite.watching.probes import Probes
from chatsite.watching.watched import Watched

if settings.SENTRY_DSN:
    sentry.begin(settings.SENTRY_DSN)

if "daphne.server" in sys.modules:
    from chatsite import daphne_drain

    daphne_drain.install()

if "uvicorn" in sys.modules and find_spec("httptools"):  # else it has a parser that bounds by itself
    from chatsite import uvicorn_requests

    uvicorn_requests.install()

LEAN = ("/api/", "/v1/", "/admin/review/download/", "/admin/review/live/")
"""Where streams are: all views under these are async and need no middleware."""

lean = LeanHandler()
pages = PageLimit(PageThreads(django_pages))


async def http(scope: Scope, receive: Receive, send: Send) -> None:
    handler = lean if scope["path"].startswith(LEAN) else pages
    await handler(scope, receive, send)


site = AllowedHosts(
    ProtocolTypeRouter({"http": http, "websocket": URLRouter(websocket_urlpatterns), "lifespan": lifespan})
)
application = Watched(NoLateErrors(TrustedProxies(Probes(site))))
