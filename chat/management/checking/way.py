"""The way to the server: does it run, does the public address lead to it, is a stream held back; clocks."""

import email.utils
import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.db import Error, connection

from chat.ids import new_id
from chat.management.checking.finding import Finding, ok, problem, warning
from chat.management.checking.upstream import connections
from chat.management.probing.target import BadAddress, Target, target
from chat.management.probing.trying import Wishes, probe
from chat.management.probing.verdict import verdict
from chatsite import environment
from chatsite.hosts import is_loopback

FAR_SECONDS: Final = 5.0
"""`Date` headers know whole seconds, and the way takes its time."""
NOT_THIS: Final = "Let the proxy lead there to HOST and PORT (docs/deploy.md)."


def look() -> Iterator[Finding]:
    yield _server()
    if settings.CHAT_PUBLIC_URL:
        yield from _public(target(settings.CHAT_PUBLIC_URL))


def clocks() -> Iterator[Finding]:
    """Ours beside those of who we work with: tickets, sign-ins and figures go by the time."""
    far = False
    for name, theirs in _times():
        apart = abs((datetime.now(UTC) - theirs).total_seconds())
        if apart > FAR_SECONDS:
            far = True
            yield warning("clock", f"Ours and that of {name} are {apart:.0f} s apart.", "Set both by NTP.")
    if not far:
        yield ok("clock", f"It is {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, and nobody we asked disagrees.")


def _server() -> Finding:
    """On this machine, at HOST and PORT."""
    host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "::") else settings.HOST  # noqa: S104 (a comparison)
    here = Target(False, host, settings.PORT, "")
    answer = _get(here, "/readyz")
    if isinstance(answer, str):
        return ok("server", f"None runs at {here.url} now.")
    status, body, _headers = answer
    try:
        checks = dict(json.loads(body)["checks"])
    except (ValueError, KeyError, TypeError):
        return problem("server", f"Something else answers at {here.url}.", "Set PORT to another one.")
    if status == 200:
        return ok("server", f"It runs at {here.url}, and is ready.")
    wrong = ", ".join(f"{name} {word}" for name, word in checks.items() if word != "ok")
    return problem(
        "server", f"It runs at {here.url}, and is not ready: {wrong}.", "See what is said of these here."
    )


def _public(public: Target) -> Iterator[Finding]:
    part = "public address"
    name = f"doctor-{new_id()}"
    answer = _get(public, "/api/v1/models", {"X-Request-ID": name})
    if isinstance(answer, str):
        yield problem(
            part, f"{public.url} does not answer: {answer}.", "Is the proxy up, and does the name lead to it?"
        )
        return
    status, _body, headers = answer
    if headers.get("x-request-id") != name:
        where = headers.get("location", "")
        more = f", and sends us to {where}" if where else ""
        yield problem(part, f"Not this program answers at {public.url} (status {status}{more}).", NOT_THIS)
        return
    yield ok(part, f"This program answers at {public.url}.")
    is_direct = is_loopback(public.host) and public.port == settings.PORT  # nothing between it and us
    of_metrics = _get(public, "/metrics")
    if not is_direct and not isinstance(of_metrics, str) and of_metrics[0] == 200:
        yield problem(
            part,
            f"{public.url}/metrics can be read there.",
            "Let the proxy send X-Forwarded-For, or pass /metrics on to nobody; or set CHAT_METRICS_TOKEN.",
        )
    key = environment.text("CHAT_KEY")
    if not key:
        yield ok(
            "stream", "Not tried: with an API key in CHAT_KEY it is tried whether a stream is held back."
        )
        return
    found = verdict([probe(public, Wishes(key=key))])
    if found.answer == "fine":
        yield ok("stream", found.says)
    else:
        level = problem if found.answer == "held_back" else warning
        yield level("stream", found.says, found.mend or "manage.py chat_probe says more.")


def _times() -> Iterator[tuple[str, datetime]]:
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                yield "the database", cursor.fetchone()[0]
    except Error:
        pass  # it was told where the database is looked at
    for one in connections():
        if one.transport == "demo":
            continue
        try:
            answer = _get(target(one.base_url), "/")
        except BadAddress:
            continue
        if not isinstance(answer, str) and (date := answer[2].get("date")):
            try:
                yield f"the provider of {one.name}", email.utils.parsedate_to_datetime(date)
            except ValueError:
                continue


def _get(
    where: Target, path: str, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]] | str:
    """Status, the beginning of the body and the headers; or why nobody answered. Follows no redirect."""
    call = where.connection()
    try:
        call.request("GET", where.path + path, headers=headers or {})
        answer = call.getresponse()
        return (
            answer.status,
            answer.read(100_000),
            {name.lower(): value for name, value in answer.getheaders()},
        )
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        call.close()
