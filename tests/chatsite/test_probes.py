"""What machines ask: is it alive, is it ready (in two seconds, whatever hangs), what did it do; who may."""

import asyncio
import json
import time
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from fakes.asgi_calls import Call, http_scope
from pytest_django import Settings

from chat.errors import Unavailable
from chat.service import Held
from chatsite import schema
from chatsite.asgi_types import Receive, Scope, Send
from chatsite.proxies import TrustedProxies
from chatsite.watching.probes import Probes, may_read
from chatsite.watching.readiness import Readiness

FINE = schema.State((), ())


def held(**changes: Any) -> Held:
    facts: dict[str, Any] = {"running": {}, "followers": 0, "listeners": 0, "behind": 0.0, "beat_age": 0.0}
    return Held(**{**facts, "relay_up": None, "draining": False, **changes})


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def fine() -> schema.State:
    return FINE


async def away() -> schema.State:
    raise Unavailable("away")


async def unmigrated() -> schema.State:
    return schema.State((("chat", "0001_initial"),), ())


async def newer() -> schema.State:
    return schema.State((), (("chat", "9999_later"),))


async def readiness(
    now: Held | None, ask: Callable[[], Any] = fine, query: bytes = b""
) -> tuple[int, dict[str, Any]]:
    app = Probes(inside, Readiness(lambda: now, ask))
    call = await Call(app, {**http_scope("/readyz"), "query_string": query}).done()
    return call.status, json.loads(call.body)


async def test_health_asks_nobody() -> None:
    call = await Call(Probes(inside, Readiness(lambda: None, away)), http_scope("/healthz")).done()
    assert (call.status, json.loads(call.body)) == (200, {"status": "ok"})


async def test_other_addresses_are_the_applications() -> None:
    assert (await Call(Probes(inside), http_scope("/healthz/x")).done()).status == 418


async def test_machines_only_read() -> None:
    assert (await Call(Probes(inside), http_scope("/healthz", method="POST")).done()).status == 405
    head = await Call(Probes(inside), http_scope("/healthz", method="HEAD")).done()
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    ("now", "ask", "status", "checks"),
    [
        (held(), fine, 200, {"server": "ok", "database": "ok", "migrations": "ok"}),
        (
            held(relay_up=True),
            fine,
            200,
            {"server": "ok", "database": "ok", "migrations": "ok", "redis": "ok"},
        ),
        (None, fine, 503, {"server": "has not begun"}),
        (held(draining=True), fine, 503, {"server": "drains"}),
        (held(), away, 503, {"server": "ok", "database": "does not answer"}),
        (held(), unmigrated, 503, {"server": "ok", "database": "ok", "migrations": "1 are not applied"}),
        (held(), newer, 200, {"server": "ok", "database": "ok", "migrations": "ok"}),
    ],
)
async def test_readiness_says_which_part_is_not(
    now: Held | None, ask: Callable[[], Any], status: int, checks: dict[str, str]
) -> None:
    assert await readiness(now, ask) == (status, {"ready": status == 200, "checks": checks})


async def test_who_can_do_without_redis_says_so() -> None:
    assert (await readiness(held(relay_up=False)))[0] == 503
    assert (await readiness(held(relay_up=False), query=b"without=redis"))[0] == 200


async def test_a_database_that_hangs_is_told_within_two_seconds_and_asked_once() -> None:
    asked = 0
    answered = asyncio.Event()

    async def hangs() -> schema.State:
        nonlocal asked
        asked += 1
        await answered.wait()
        return FINE

    looking = Readiness(held, hangs)
    begun = time.monotonic()
    found = await asyncio.gather(looking.look(), looking.look(), looking.look())
    assert time.monotonic() - begun < 2
    assert {one["database"] for one in found} == {"does not answer"}
    assert (await looking.look())["database"] == "does not answer"
    answered.set()
    assert (await looking.look())["database"] == "ok"
    assert asked == 1


def asker(client: tuple[str, int] | None = ("127.0.0.1", 50000), **headers: str) -> Scope:
    return {**http_scope("/metrics", **{"host": "127.0.0.1:8000", **headers}), "client": client}


async def test_metrics_are_for_this_machine_by_default() -> None:
    call = await Call(Probes(inside), asker()).done()
    assert call.status == 200
    assert b"chat_open_sockets" in call.body
    refused = await Call(Probes(inside), asker(("203.0.113.9", 50000))).done()
    assert refused.status == 403
    assert b"CHAT_METRICS_FROM" in refused.body
    assert b"chat_open" not in refused.body


@pytest.mark.parametrize(
    "scope",
    [
        asker(("10.0.0.7", 1)),
        asker(None),
        asker(("testclient", 1)),
        asker(x_forwarded_for="203.0.113.9"),
        asker(x_real_ip="203.0.113.9"),
        asker(via="1.1 proxy"),
        asker(host="evil.example.org"),
    ],
)
def test_who_may_not_read_metrics(scope: Scope) -> None:
    assert not may_read(scope)


def test_addresses_are_given_by_a_setting(settings: Settings) -> None:
    settings.CHAT_METRICS_FROM = [ip_network("10.0.0.0/8")]
    assert may_read(asker(("10.0.0.7", 1), host="10.0.0.2:8000"))
    assert may_read(asker(("::ffff:10.0.0.7", 1)))
    assert not may_read(asker())


def test_a_token_opens_from_anywhere_and_nothing_like_it_does(settings: Settings) -> None:
    settings.CHAT_METRICS_FROM, settings.CHAT_METRICS_TOKEN = [], "s3cret"
    far = ("203.0.113.9", 1)
    assert may_read(asker(far, authorization="Bearer s3cret", host="any.example.org"))
    for other in ("Bearer s3cre", "Bearer s3cret2", "Basic s3cret", "s3cret", "Bearer é"):
        assert not may_read(asker(far, authorization=other))
    assert not may_read(asker())


async def test_behind_a_trusted_proxy_the_visitor_counts(settings: Settings) -> None:
    settings.CHAT_TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    app = TrustedProxies(Probes(inside))
    assert (await Call(app, asker(x_forwarded_for="203.0.113.9")).done()).status == 403
    assert (await Call(app, asker(x_forwarded_for="127.0.0.1, 203.0.113.9")).done()).status == 403
    assert (await Call(app, asker(x_forwarded_for="127.0.0.1")).done()).status == 403
    assert (await Call(app, asker()).done()).status == 200
