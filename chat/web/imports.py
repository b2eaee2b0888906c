"""Importing: the page whose script reads the file in the browser, and what takes in what the script sends."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat import service
from chat.database import reading
from chat.errors import UnsupportedMediaType
from chat.web.settings.frame import show
from chat.web.signed_in import PageRequest, caller_of, signed_in_async

KIND = "application/x-ndjson"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_async
async def conversations(request: PageRequest) -> HttpResponse:
    """The page; POST takes in conversations, a line of JSON each, and says what became of each."""
    if request.method != "POST":
        return await reading(show, request, "import", {"most_bytes": settings.CHAT_MAX_BODY_BYTES})
    if request.content_type != KIND:
        raise UnsupportedMediaType(f"Send {KIND}, a conversation a line.")
    lines = [line for line in request.body.split(b"\n") if line.strip()]
    outcomes = await service.import_conversations(caller_of(request), lines)
    return JsonResponse({"results": [outcome.as_dict() for outcome in outcomes]})
