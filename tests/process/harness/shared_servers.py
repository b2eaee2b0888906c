"""Several servers on one PostgreSQL database of this run, and on one Redis."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import psycopg
from process.harness.calls import Api, caller
from process.harness.people import Person, make_people
from process.harness.processes import START_SECONDS, Server, StartServer, environment, manage
from process.harness.waiting import until_true

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379") + "/7"
NAME = f"chat_two_servers_{os.getpid()}"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the servers of one site share."""

    settings: Mapping[str, str]
    people: Mapping[str, Person]


@contextlib.contextmanager
def shared_database() -> Iterator[Shared]:
    """A database of this run, migrated, with the whole cast; it goes at the end."""
    _administer(f"CREATE DATABASE {NAME}")
    try:
        settings = {"DATABASE_URL": _address(NAME), "REDIS_URL": REDIS}
        manage(environment(**settings), "migrate", "-v", "0")
        yield Shared(settings, make_people(environment(**settings)))
    finally:
        _administer(f"DROP DATABASE {NAME} WITH (FORCE)")


def started(start: StartServer, shared: Shared, count: int, **settings: str) -> list[Server]:
    """So many servers, started at the same time."""
    servers = [start(wait=False, **{**shared.settings, **settings}) for _ in range(count)]
    for server in servers:
        until_true(server.answers, START_SECONDS, "the server's start")
    return servers


def alice_at(http: aiohttp.ClientSession, shared: Shared, server: Server) -> Api:
    return caller(http, server.url, shared.people["alice"])


def _address(name: str) -> str:
    return urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))


def _administer(statement: str) -> None:
    """From the database that every PostgreSQL has."""
    with psycopg.connect(_address("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
