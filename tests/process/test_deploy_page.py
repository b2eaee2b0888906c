"""The nginx lines of docs/deploy.md, taken out of the page and run: https, streams, sockets, aborts."""

import asyncio
import datetime
import json
import re
import shutil
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from process.harness.people import Person
from process.harness.processes import CHECKOUT, Provider, Server, StartServer
from process.harness.proxies import Proxy, nginx_with
from process.harness.scripts import STALLED, ProviderLog, question, words
from process.harness.waiting import PATIENCE, free_port, until

pytestmark = pytest.mark.process

PAGE = (CHECKOUT / "docs" / "deploy.md").read_text()
NAME = "chat.example.org"
CERTIFICATES = "/etc/letsencrypt/live/chat.example.org"


def block(after: str, language: str) -> str:
    """The first code block of that language after these words."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE[PAGE.index(after) :], re.DOTALL)
    assert found is not None
    return found[1]


def filled(text: str, values: Mapping[str, str]) -> str:
    """What a machine of one's own would have in these places, each of which must be there."""
    for place, value in values.items():
        assert place in text, place
        text = text.replace(place, value)
    return text


def certify(folder: Path) -> Path:
    """A certificate for that name, in files as the page names them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "fullchain.pem"


@pytest.fixture(scope="module")
def site(start_module_server: StartServer, provider: Provider) -> Server:
    """The server with the settings of the page."""
    lines = block("Under a domain, with https", "").splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    assert settings["CHAT_PUBLIC_URL"] == f"https://{NAME}"
    settings["OPENAI_BASE_URL"] = f"{provider.url}/v1"
    return start_module_server(wait=True, way="serve", **settings)


@pytest.fixture(scope="module")
def proxy(site: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("deployed")
    certify(folder)
    port = free_port()
    values = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        CERTIFICATES: str(folder),
        "http://127.0.0.1:8000": site.url,
    }
    with nginx_with(folder, port, filled(block("nginx needs nothing special", "nginx"), values)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def inner(site: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The nginx of compose.yaml, without what stands before it."""
    folder = tmp_path_factory.mktemp("compose")
    shutil.copytree(CHECKOUT / "deploy" / "nginx", folder / "chat")
    names = folder / "chat" / "servers-compose.conf"
    names.write_text(re.sub(r"chat\d:8000", site.url.removeprefix("http://"), names.read_text()))
    port = free_port()
    values = {"listen 80;": f"listen 127.0.0.1:{port};", "/dev/stdout": str(folder / "access.log")}
    text = filled((folder / "chat" / "site-compose.conf").read_text(), values)
    with nginx_with(folder, port, text) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def trust(proxy: Proxy) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(proxy.folder / "fullchain.pem"))


class Visitor:
    """Calls the site by its name, at the port where the test has it."""

    def __init__(self, http: aiohttp.ClientSession, proxy: Proxy, trust: ssl.SSLContext, key: str) -> None:
        self._http = http
        self._address = f"https://127.0.0.1:{proxy.port}"
        self._with: Any = {"ssl": trust, "server_hostname": NAME}
        self._headers = {"Host": NAME, "Authorization": f"Bearer {key}"}

    async def get(self, path: str) -> aiohttp.ClientResponse:
        return await self._http.get(
            self._address + path, headers=self._headers, allow_redirects=False, **self._with
        )

    async def ask(self, content: str) -> aiohttp.ClientResponse:
        return await self._http.post(
            f"{self._address}/api/v1/chat",
            json={"content": content},
            headers={**self._headers, "Accept": "text/plain", "Accept-Encoding": "gzip"},
            **self._with,
        )


@pytest.fixture
async def visitor(
    http: aiohttp.ClientSession, proxy: Proxy, trust: ssl.SSLContext, people: Mapping[str, Person]
) -> Visitor:
    visitor = Visitor(http, proxy, trust, people["alice"].key)

    async def has_models() -> bool:
        return bool((await (await visitor.get("/api/v1/models")).json())["results"])

    await until(has_models, what="the list of models")
    return visitor


async def test_https_is_known_to_the_server_and_leads_nowhere_else(visitor: Visitor) -> None:
    door = await visitor.get("/accounts/login/")
    assert door.status == 200
    assert "Strict-Transport-Security" in door.headers
    assert all(cookie["secure"] for cookie in door.cookies.values())


async def test_words_are_here_as_they_are_said_and_an_abort_reaches_the_provider(
    visitor: Visitor, log: ProviderLog
) -> None:
    content = question(**STALLED)
    response = await visitor.ask(content)
    seen = b""
    async with asyncio.timeout(PATIENCE):
        while seen.decode() != words(3):
            seen += await response.content.readany()
    # As a browser goes: asyncio would first wait for the proxy's own goodbye.
    assert response.connection is not None
    assert response.connection.transport is not None
    response.connection.transport.abort()
    await log.closed(content)


async def test_sockets_get_through(
    proxy: Proxy, trust: ssl.SSLContext, visitor: Visitor, people: Mapping[str, Person]
) -> None:
    async with websockets.connect(
        f"wss://{NAME}/ws/chat/",
        host="127.0.0.1",
        port=proxy.port,
        ssl=trust,
        origin=websockets.Origin(f"https://{NAME}"),
        subprotocols=[websockets.Subprotocol(name) for name in ("chat.v1", f"bearer.{people['alice'].key}")],
    ) as socket:
        await socket.send(json.dumps({"type": "send", "ref": "1", "content": question(tokens=3)}))
        text = ""
        async with asyncio.timeout(PATIENCE):
            while (event := json.loads(await socket.recv()))["type"] != "end":
                text += event.get("text", "")
    assert (text, event["status"]) == (words(3), "complete")


async def test_composes_nginx_passes_on_how_people_came_to_what_stands_before_it(
    http: aiohttp.ClientSession, inner: Proxy
) -> None:
    door = f"http://127.0.0.1:{inner.port}/accounts/login/"
    headers = {"Host": NAME}
    plain = await http.get(door, headers=headers, allow_redirects=False)
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{NAME}/accounts/login/")
    headers["X-Forwarded-Proto"] = "https"
    secure = await http.get(door, headers=headers, allow_redirects=False)
    assert secure.status == 200
    assert "Strict-Transport-Security" in secure.headers


async def test_composes_nginx_tells_a_second_one_not_to_collect_streams(
    http: aiohttp.ClientSession, inner: Proxy, visitor: Visitor, people: Mapping[str, Person]
) -> None:
    """By itself nginx obeys the header and keeps it."""
    response = await http.post(
        f"http://127.0.0.1:{inner.port}/api/v1/chat",
        json={"content": question(tokens=1)},
        headers={
            "Host": NAME,
            "X-Forwarded-Proto": "https",
            "Authorization": f"Bearer {people['alice'].key}",
        },
    )
    assert response.status == 200
    assert response.headers["X-Accel-Buffering"] == "no"
    await response.read()
