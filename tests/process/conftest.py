"""Servers and callers for the black-box suite: real processes, shared wherever a test lets them live."""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping

import aiohttp
import pytest
from process.harness.calls import Api, caller, http_session
from process.harness.client_drivers import Driver, OverClient
from process.harness.js_client import Node
from process.harness.oidc_provider import OidcProvider
from process.harness.people import Person, migrated_with_people, people_told
from process.harness.prepared import Prepared, directory_of_the_run
from process.harness.processes import PROVIDER_KEY, START_SECONDS, Provider, Server, StartServer, environment
from process.harness.python_client import InProcess
from process.harness.scripts import ProviderLog
from process.harness.transports import Transport, over
from process.harness.waiting import until_true


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The scripted upstream."""
    provider = Provider(tmp_path_factory.mktemp("provider"))
    provider.start()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A database with the whole cast."""
    return Prepared(directory_of_the_run(tmp_path_factory), "cast", migrated_with_people)


@pytest.fixture(scope="session")
def people(prepared: Prepared) -> Mapping[str, Person]:
    return people_told(prepared.told)


def _starting(
    prepared: Prepared, provider: Provider, directories: pytest.TempPathFactory
) -> Iterator[StartServer]:
    """Starts servers, with databases of their own; at the end it ends them and reads their logs."""
    servers: list[Server] = []

    def start(*, wait: bool = True, way: str = "serve", **settings: str) -> Server:
        own = settings.keys()
        directory = directories.mktemp("server")
        address = settings.get("DATABASE_URL") or prepared.copy_to(directory)
        upstream = {"OPENAI_BASE_URL": f"{provider.url}/v1", **settings}
        chosen = environment(**upstream | {"DATABASE_URL": address})
        server = Server(directory, chosen, way)
        servers.append(server)
        if not wait:
            server.launch()
            return server
        server.start()
        if not {"DATABASE_URL", "OPENAI_BASE_URL", "CHAT_REQUESTS_PER_MINUTE"} & own:
            # It asks its provider for the models beside its start, and until then refuses what is asked.
            key = people_told(prepared.told)["dave"].key
            until_true(lambda: server.has_models(key), START_SECONDS, "the list of models")
        return server

    yield start
    for server in servers:
        server.close()
    for server in servers:
        log = server.log()
        assert PROVIDER_KEY not in log, "the provider's key is in the log"
        assert server.may_complain or "Traceback" not in log, f"the server logged a traceback:\n{log[-6000:]}"


@pytest.fixture(scope="session")
def start_shared_server(
    prepared: Prepared, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartServer]:
    yield from _starting(prepared, provider, tmp_path_factory)


@pytest.fixture(scope="module")
def start_module_server(
    prepared: Prepared, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartServer]:
    """For servers that the tests of one file share."""
    yield from _starting(prepared, provider, tmp_path_factory)


@pytest.fixture
def start_server(
    prepared: Prepared, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartServer]:
    """For a test that ends its server, or wants settings that nobody else does."""
    yield from _starting(prepared, provider, tmp_path_factory)


@pytest.fixture(scope="module")
def oidc() -> Iterator[OidcProvider]:
    """For single sign-on: says of whoever comes what it was told to say last."""
    provider = OidcProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def server(start_shared_server: StartServer) -> Server:
    """The server that most tests share: default settings, except that nothing is limited."""
    return start_shared_server(CHAT_CORS_ORIGINS="https://app.example")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with http_session() as session:
        yield session


@pytest.fixture
def log(http: aiohttp.ClientSession, provider: Provider) -> ProviderLog:
    """The provider's log."""
    return ProviderLog(http, provider.url)


@pytest.fixture
def alice(http: aiohttp.ClientSession, server: Server, people: Mapping[str, Person]) -> Api:
    return caller(http, server.url, people["alice"])


@pytest.fixture
def bob(http: aiohttp.ClientSession, server: Server, people: Mapping[str, Person]) -> Api:
    return caller(http, server.url, people["bob"])


@pytest.fixture
def nobody(http: aiohttp.ClientSession, server: Server) -> Api:
    """Somebody without credentials."""
    return Api(http, server.url)


_strangers = itertools.count()


@pytest.fixture
def stranger(people: Mapping[str, Person]) -> Person:
    """A user whom no other test knows: with lists that are empty and limits that are unused."""
    return people[f"stranger{next(_strangers)}"]


@pytest.fixture
async def drivers() -> AsyncIterator[Mapping[str, Driver]]:
    """What drives our own clients, by their languages."""
    drivers: dict[str, Driver] = {"js": Node(), "python": InProcess()}
    yield drivers
    for driver in drivers.values():
        await driver.close()


@pytest.fixture(
    params=["sse", "ndjson", "websocket", "js sse", "js websocket", "python sse", "python websocket"]
)
def transport(request: pytest.FixtureRequest, alice: Api, drivers: Mapping[str, Driver]) -> Transport:
    """Alice over each kind of connection, and with each of our clients."""
    match request.param.split():
        case [language, kind]:
            return OverClient(alice, drivers[language], kind)
        case _:
            return over(alice, request.param)
