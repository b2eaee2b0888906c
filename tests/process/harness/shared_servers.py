"""Several servers on one PostgreSQL database of this run, and on one Redis."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import aiohttp
from process.harness.calls import Api, caller
from process.harness.people import Person, make_people
from process.harness.postgres import Database, own_database
from process.harness.processes import SECRET_KEY, START_SECONDS, Server, StartServer, environment, manage
from process.harness.waiting import until_true

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379") + "/7"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the servers of one site share."""

    settings: Mapping[str, str]
    people: Mapping[str, Person]


@contextlib.contextmanager
def shared_database() -> Iterator[Shared]:
    """A database of this run, migrated, with the whole cast; it goes at the end."""
    with own_database("two_servers") as database:
        settings = {**site_on(database), "REDIS_URL": REDIS}
        manage(environment(**settings), "migrate", "-v", "0")
        yield Shared(settings, make_people(environment(**settings)))


def site_on(database: Database) -> dict[str, str]:
    """Servers on one Redis that share a secret key are one site: each database has a key of its own."""
    return {"DATABASE_URL": database.url, "DJANGO_SECRET_KEY": f"{SECRET_KEY}, on {database.name}"}


def started(start: StartServer, shared: Shared, count: int, **settings: str) -> list[Server]:
    """So many servers, started at the same time."""
    servers = [start(wait=False, **{**shared.settings, **settings}) for _ in range(count)]
    for server in servers:
        until_true(server.answers, START_SECONDS, "the server's start")
        until_it_has_models(server, shared.people)
    return servers


def until_it_has_models(server: Server, people: Mapping[str, Person]) -> None:
    """It asks its provider for them beside its start, and until then refuses what is asked."""
    until_true(lambda: server.has_models(people["dave"].key), START_SECONDS, "the list of models")


def alice_at(http: aiohttp.ClientSession, shared: Shared, server: Server) -> Api:
    return caller(http, server.url, shared.people["alice"])
