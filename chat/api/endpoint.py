"""One address: which methods it knows, who may call, and how every outcome becomes an answer.

The order of the checks is the same for all: host, method, credentials, CSRF, scope, rate, query; then the
view.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.http.response import HttpResponseBase
from django.utils.log import log_response

from chat import limits
from chat.api.answers import error_answer, finished
from chat.api.cors import preflight
from chat.api.csrf import check_csrf
from chat.api.queries import refuse_bad_utf8
from chat.auth.authenticate import authenticate
from chat.auth.caller import Caller
from chat.auth.credentials import credentials_of
from chat.database import in_database
from chat.errors import BadRequest, ChatError, Forbidden, MethodNotAllowed, NotFound
from chat.scopes import Scope

AsyncView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


@dataclass(slots=True)
class Call:
    """A request and, unless the address is public, who makes it."""

    request: ASGIRequest
    known_caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        assert self.known_caller is not None, "this address is public"
        return self.known_caller


@dataclass(frozen=True, slots=True)
class Verb:
    """What one method of an address does: a view that takes the call and the parts of the address."""

    view: AsyncView
    scopes: tuple[Scope, ...]
    """A key needs one of these; none: the address is public."""
    ticket: bool = False
    """A ticket will do instead of a sign-in."""
    keys_only: bool = False
    """A session will not do: what a link could make somebody's browser call has its own pages."""
    counted: bool = True
    """Every call counts for the rate. Otherwise none does, or the view knows which."""


def verb(
    *scopes: Scope, ticket: bool = False, keys_only: bool = False, counted: bool = True
) -> Callable[[AsyncView], Verb]:
    """Make a view one of an address's methods, for keys with one of these scopes. `public()` needs no key."""
    assert scopes, "say who may call it"
    return lambda view: Verb(view, scopes, ticket=ticket, keys_only=keys_only, counted=counted)


def public(view: AsyncView) -> Verb:
    """The same for a view that needs no sign-in."""
    return Verb(view, ())


def endpoint(**verbs: Verb) -> AsyncView:
    """The Django view of an address, from its methods: `endpoint(GET=…, POST=…)`."""
    methods = (*verbs, "OPTIONS")

    async def view(request: ASGIRequest, **parts: str) -> HttpResponseBase:
        call = Call(request)
        try:
            request.get_host()
            if request.method == "OPTIONS":
                answer: HttpResponseBase = preflight(request, methods)
            elif (chosen := verbs.get(request.method or "")) is None:
                await _recognise(call)
                answer = _method_not_allowed(methods)
            else:
                await _admit(call, chosen)
                refuse_bad_utf8(request)
                answer = await chosen.view(call, **parts)
        except ChatError as error:
            answer = error_answer(error)
        except DisallowedHost:
            answer = error_answer(
                BadRequest("This server does not answer to this Host.", code="unknown_host")
            )
        except SuspiciousOperation:
            answer = error_answer(BadRequest("The request cannot be read."))
        except Exception as error:  # noqa: BLE001 (logged by `_unexpected`)
            answer = _unexpected(request, error)
        return finished(request, answer, call.known_caller)

    # The check is made by `_admit`, and only where a cookie speaks for the caller.
    view.csrf_exempt = True  # type: ignore[attr-defined]
    view.verbs = verbs  # type: ignore[attr-defined]
    return view


async def _admit(call: Call, chosen: Verb) -> None:
    if not chosen.scopes:
        return
    credentials = credentials_of(call.request.scope, allow_ticket=chosen.ticket)
    if chosen.counted:  # else it may be a stop, or a call that joins: those go on where nothing is left
        limits.requests.refuse_address(credentials.address)
    call.known_caller = await in_database(authenticate, credentials)
    if call.caller.via == "session":
        if chosen.keys_only:
            raise Forbidden("This is for programs: send an API key.", code="key_required")
        check_csrf(call.request)
    call.caller.need(*chosen.scopes)
    if chosen.counted:
        await limits.requests.take(call.caller)


async def _recognise(call: Call) -> None:
    """Who calls where nothing can be done for anybody: a bad key is told as one there, too, and a good one
    what is left of its rate.
    """
    credentials = credentials_of(call.request.scope)
    if credentials.bearer is not None or credentials.session is not None:
        call.known_caller = await in_database(authenticate, credentials)


def _method_not_allowed(methods: tuple[str, ...]) -> HttpResponseBase:
    allowed = ", ".join(methods)
    answer = error_answer(MethodNotAllowed(f"This address knows {allowed}."))
    answer.headers["Allow"] = allowed
    return answer


def _unexpected(request: ASGIRequest, error: Exception) -> HttpResponseBase:
    answer = error_answer(ChatError("The server failed. It is in its log; nothing that was saved is lost."))
    # Django's own way, which marks the answer as logged, so that its handler does not log it again.
    log_response(
        "%s %s failed", request.method, request.path, response=answer, request=request, exception=error
    )
    return answer


async def unknown_address(request: ASGIRequest, **parts: Any) -> HttpResponseBase:
    """Every address under the API that is none."""
    call = Call(request)
    try:
        await _recognise(call)
        answer = error_answer(NotFound("There is nothing at this address."))
    except ChatError as error:
        answer = error_answer(error)
    return finished(request, answer, call.known_caller)


unknown_address.csrf_exempt = True  # type: ignore[attr-defined]
