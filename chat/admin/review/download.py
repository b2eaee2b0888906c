"""The file of an export, for who asked for it on the page.

Reached past Django's middleware (chatsite/asgi.py), so it looks after its own caller: by the session's cookie
alone, staff with the permissions of an export, and only for what they themselves asked for.
"""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header

from chat.auth.authenticate import authenticate
from chat.auth.credentials import Credentials
from chat.database import reading
from chat.errors import NotFound
from chat.models import ReviewExport
from chat.service.review_exports import HEADERS, Begun, begin, prepare, refuse_others


async def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Begins it, once; whoever comes again with the same address finds nothing."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    asked = translation.get_language_from_request(request)
    begun = await reading(_prepare, Credentials(session=session), key, asked)
    stream = await begin(begun)
    disposition = content_disposition_header(True, begun.form.file_name()) or "attachment"
    return StreamingHttpResponse(
        stream, content_type=begun.form.content_type, headers={**HEADERS, "Content-Disposition": disposition}
    )


def _prepare(credentials: Credentials, key: UUID, asked: str) -> Begun:
    caller = authenticate(credentials)
    refuse_others(caller)
    export = ReviewExport.objects.filter(pk=key, owner=caller.user_id, total=None, ended=None).first()
    if export is None:
        raise NotFound("There is no such export, or it has been begun already.")
    return prepare(caller, export, asked, "admin")
