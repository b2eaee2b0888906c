"""Pages of other origins: only those in CHAT_CORS_ORIGINS, with a key, never with cookies."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from chat.api.queries import sent
from chat.auth.origins import allowed_cors_origin

_LEFT = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
EXPOSED = ", ".join(
    (
        *("X-Conversation-Id", "X-Message-Id", "X-Request-Id"),
        *("Retry-After", "Retry-After-Ms", "X-Should-Retry"),
        *_LEFT,
        *(f"{name}-{what}" for what in ("Requests", "Tokens") for name in _LEFT),
    )
)
_PREFLIGHT_SECONDS = "600"


def add_cors_headers(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Let the page read the answer, errors too, where its origin is allowed.

    `Access-Control-Allow-Credentials` is never sent: a cookie must not speak for another origin's page.
    """
    origin = sent(request, "Origin")
    if origin is not None:
        patch_vary_headers(answer, ["Origin"])
    if origin is not None and allowed_cors_origin(origin):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = EXPOSED


def preflight(request: HttpRequest, methods: Iterable[str]) -> HttpResponse:
    """The answer to `OPTIONS`: what may be called, and to allowed origins that any header may be sent."""
    answer = HttpResponse(status=204, headers={"Allow": ", ".join(methods)})
    if allowed_cors_origin(sent(request, "Origin")):
        answer.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
        # Named one by one, since "*" does not stand for Authorization.
        answer.headers["Access-Control-Allow-Headers"] = (
            sent(request, "Access-Control-Request-Headers") or "Authorization, Content-Type"
        )
        answer.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
        patch_vary_headers(answer, ["Access-Control-Request-Headers"])
    return answer
