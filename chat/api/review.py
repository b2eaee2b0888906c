"""The review desk for programs, by keys with the scope `review` of users with the permissions."""

from urllib.parse import urlencode

from django.forms import BooleanField
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from chat import service
from chat.api.answers import json_answer
from chat.api.bodies import json_body
from chat.api.endpoint import Call, verb
from chat.api.queries import query_boolean, query_value, refuse_unknown
from chat.errors import BadRequest
from chat.review.filter_form import FilterForm
from chat.service.review_exports import HEADERS

FLAGS = frozenset(name for name, field in FilterForm.base_fields.items() if type(field) is BooleanField)
NOT_ASKED = frozenset((name, "false") for name in FLAGS)


@verb("review", keys_only=True)
async def find(call: Call) -> HttpResponseBase:
    """The filter is that of the desk's address; `cursor`: `next` of the page before."""
    cursor = query_value(call.request, "cursor")
    return json_answer(await service.find_reviewed(call.caller, _filter(call, "cursor"), cursor))


@verb("review", keys_only=True)
async def read(call: Call, reviewed_id: str) -> HttpResponseBase:
    refuse_unknown(call.request, frozenset({"reason"}))
    reason = query_value(call.request, "reason")
    return json_answer(await service.read_reviewed(call.caller, reviewed_id, reason))


@verb("review", keys_only=True)
async def judge(call: Call, reviewed_id: str) -> HttpResponseBase:
    return json_answer(await service.judge_reviewed(call.caller, reviewed_id, json_body(call.request)))


@verb("review", keys_only=True)
async def flag(call: Call, reviewed_id: str) -> HttpResponseBase:
    body = json_body(call.request, optional=True)
    return json_answer(await service.flag_reviewed(call.caller, reviewed_id, body), status=201)


@verb("review", keys_only=True)
async def change_flag(call: Call, reviewed_id: str, flag_id: str) -> HttpResponseBase:
    body = json_body(call.request)
    return json_answer(await service.change_flag(call.caller, reviewed_id, flag_id, body))


@verb("review", keys_only=True)
async def export(call: Call) -> HttpResponseBase:
    """All that the filter chooses, as a file that is made while it is fetched."""
    form, stream = await service.export_reviewed(
        call.caller,
        _filter(call, "format", "pseudonymised"),
        query_value(call.request, "format") or "jsonl",
        pseudonymised=query_boolean(call.request, "pseudonymised", False),
    )
    disposition = content_disposition_header(True, form.file_name()) or "attachment"
    return StreamingHttpResponse(
        stream, content_type=form.content_type, headers={**HEADERS, "Content-Disposition": disposition}
    )


def _filter(call: Call, *others: str) -> str:
    """The query without what is no condition. A flag is said once, as the desk's address or JSON says it."""
    query = call.request.GET
    for name in FLAGS:
        if (value := query_value(call.request, name)) not in (None, "on", "true", "false"):
            raise BadRequest(f"{name} is true or false, not {value!r}.", param=name)
    pairs = [(name, value) for name, values in query.lists() for value in values]
    return urlencode([pair for pair in pairs if pair[0] not in others and pair not in NOT_ASKED])
