"""Connections that come, change, go and fail while the server runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from django.db import OperationalError
from fakes.upstream_calls import Connect, call, hear
from scripted_upstream import ScriptedUpstream, scripted_upstream

from chat.errors import BadRequest, Unavailable
from chat.upstream import Upstream, connections, upstream
from chat.upstream.connections import ConnectionSettings


class Kept:
    """Connections as the admin would keep them."""

    def __init__(self, *settings: ConnectionSettings) -> None:
        self.settings = settings
        self.away = False

    async def read(self) -> tuple[ConnectionSettings, ...]:
        if self.away:
            raise OperationalError
        return self.settings


@asynccontextmanager
async def running(kept: Kept) -> AsyncIterator[Upstream]:
    started = Upstream(kept.read)
    await started.start()
    try:
        yield started
    finally:
        await started.close()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(2):
        while not true():
            await asyncio.sleep(0.005)


def ids(of: Upstream) -> list[str]:
    return [info.id for info in of.models(())]


async def test_the_models_are_what_the_provider_lists(provider: ScriptedUpstream, connect: Connect) -> None:
    connected = await connect(provider.url)
    await connected.ready()
    assert ids(connected) == ["scripted", "scripted-two"]
    assert connected.choose("", (), {}).id == "scripted"


async def test_a_provider_without_a_list_serves_the_model_that_is_named(connect: Connect) -> None:
    async with scripted_upstream(models=None) as provider:
        connected = await connect(provider.url)
        await connected.ready()
        assert ids(connected) == []
        with pytest.raises(Unavailable):
            connected.choose("", (), {})
        assert connected.choose("scripted", (), {}).id == "scripted"
        assert (await hear(connected, call())).error is None


async def test_a_connection_that_is_down_delays_neither_start_nor_list(
    provider: ScriptedUpstream, deaf: str
) -> None:
    down = ConnectionSettings("down", deaf)
    up = ConnectionSettings("up", provider.url, listed=("scripted",))
    async with running(Kept(down, up)) as started:
        assert ids(started) == ["scripted"]
        assert (await hear(started, call())).error is None


async def test_the_first_listing_is_waited_for_but_not_for_long(
    deaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "FIRST_LISTING_SECONDS", 0.05)
    async with running(Kept(ConnectionSettings("deaf", deaf))) as started:
        async with asyncio.timeout(0.5):
            await started.ready()
            await started.ready()


async def test_a_saved_change_takes_effect_at_once(provider: ScriptedUpstream) -> None:
    kept = Kept(ConnectionSettings("one", provider.url, listed=("scripted",)))
    async with running(kept) as started:
        kept.settings = (*kept.settings, ConnectionSettings("two", provider.url, listed=("other",)))
        connections.announce_change()
        await until(lambda: ids(started) == ["scripted", "other"])
        kept.settings = kept.settings[1:]
        connections.announce_change()
        await until(lambda: ids(started) == ["other"])
        with pytest.raises(BadRequest):
            started.choose("scripted", (), {})


async def test_what_runs_goes_on_when_its_connection_is_changed(provider: ScriptedUpstream) -> None:
    kept = Kept(ConnectionSettings("one", provider.url, listed=("scripted",)))
    async with running(kept) as started:
        reply = asyncio.create_task(hear(started, call(hold=1)))
        await provider.until(calls=1, pieces=1)
        kept.settings = (replace(kept.settings[0], api_key="new"),)
        connections.announce_change()
        await until(lambda: started._providers["one"].settings.api_key == "new")
        await hear(started, call())
        assert provider.calls[-1].headers["authorization"] == "Bearer new"
        provider.release()
        assert (await reply).error is None


async def test_a_lower_limit_holds_for_the_calls_to_come(provider: ScriptedUpstream) -> None:
    kept = Kept(ConnectionSettings("one", provider.url, listed=("scripted",)))
    async with running(kept) as started:
        first = asyncio.create_task(hear(started, call(hold=1)))
        await provider.until(calls=1, pieces=1)
        kept.settings = (replace(kept.settings[0], concurrency=1),)
        connections.announce_change()
        await until(lambda: started._providers["one"].settings.concurrency == 1)
        second = asyncio.create_task(hear(started, call(user="bob")))
        await asyncio.sleep(0)
        provider.release()
        assert (await first).places == []
        assert (await second).places == [1, 0]


async def test_while_the_database_is_away_the_connections_stay(provider: ScriptedUpstream) -> None:
    kept = Kept(ConnectionSettings("one", provider.url, listed=("scripted",)))
    async with running(kept) as started:
        kept.away = True
        await started._reload()
        assert ids(started) == ["scripted"]


async def test_a_start_without_a_database_has_the_environments_connection() -> None:
    kept = Kept()
    kept.away = True
    async with running(kept) as started:
        assert ids(started) == ["demo"]


async def test_a_provider_that_fails_later_keeps_what_it_listed(provider: ScriptedUpstream) -> None:
    async with running(Kept(ConnectionSettings("one", provider.url))) as started:
        await started.ready()
        started._note_listing("one", None)
        assert ids(started) == ["scripted", "scripted-two"]
