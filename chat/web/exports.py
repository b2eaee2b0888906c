"""A conversation as a file to keep. Plain links lead here, which need no script."""

from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from chat import portable
from chat.access.conversations import read_conversation
from chat.errors import BadRequest
from chat.web.signed_in import PageRequest, signed_in


@never_cache
@require_GET
@signed_in
def export(request: PageRequest, conversation_id: UUID) -> HttpResponse:
    """`format=md`: the branch that is shown, to read; `json`: the whole tree, to be imported again."""
    form = request.GET.get("format", "md")
    found = read_conversation(request.user.pk, conversation_id)
    if form == "md":
        text = portable.as_markdown(found, reasoning=request.GET.get("reasoning") != "false")
        response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    elif form == "json":
        document = msgspec.json.format(msgspec.json.encode(portable.as_document(found, timezone.now())))
        response = HttpResponse(document, content_type="application/json")
    else:
        raise BadRequest("format is md or json.", param="format")
    name = portable.file_name(found, form)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
