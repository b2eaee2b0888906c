"""A real server with a scripted provider behind it, and a headless browser that tells of broken policies."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from browser.chat_page import ChatPage
from browser.cut_line import CutLine
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from process.harness.people import PASSWORD
from process.harness.prepared import Prepared, directory_of_the_run
from process.harness.processes import Provider, Server, environment, manage

CHROMIUM = "/usr/bin/chromium"
HEADLESS = shutil.which("chromium-headless-shell") or CHROMIUM
"""The same engine without the windows around it: those cost more than the pages that are tested."""
MAKE_ALICE = """
from django.contrib.auth.models import User
User.objects.create_user("alice", password=%r)
"""
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.browser.site_settings"}

StartSite = Callable[..., Server]
NewPage = Callable[..., ChatPage]
NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    provider = Provider(tmp_path_factory.mktemp("provider"))
    provider.start()
    yield provider
    provider.close()


def migrated(settings: Mapping[str, str]) -> str:
    return manage({**settings, **SETTINGS}, "migrate", "-v", "0")


def migrated_with_alice(settings: Mapping[str, str]) -> str:
    migrated(settings)
    return manage({**settings, **SETTINGS}, "shell", "-v", "0", "-c", MAKE_ALICE % PASSWORD)


def _starting(provider: Provider, directories: pytest.TempPathFactory) -> Iterator[StartSite]:
    """Starts servers, each with a database of its own; with Alice in it, unless it shall be new."""
    servers: list[Server] = []

    def start(*, new: bool = False, name: str = "", **settings: str) -> Server:
        directory = directories.mktemp("site")
        made = ("new", migrated) if new else ("alice", migrated_with_alice)
        address = Prepared(directory_of_the_run(directories), *made).copy_to(directory)
        upstream = f"{provider.url}/v1"
        server = Server(
            directory, environment(DATABASE_URL=address, OPENAI_BASE_URL=upstream, **SETTINGS | settings)
        )
        if name:
            server.settings["CHAT_PUBLIC_URL"] = f"http://{name}:{server.port}"
        if {"CHAT_SECOND_FACTOR", "CHAT_OIDC_ISSUER"} & settings.keys():
            manage(server.settings, "migrate", "-v", "0")  # these have tables of their own
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.close()
    for server in servers:
        assert "Traceback" not in server.log(), server.log()[-6000:]


@pytest.fixture(scope="session")
def start_shared_site(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSite]:
    """For the few servers that several files share."""
    yield from _starting(provider, tmp_path_factory)


@pytest.fixture(scope="module")
def start_site(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSite]:
    """For the servers of one file: they end with it."""
    yield from _starting(provider, tmp_path_factory)


@pytest.fixture(scope="session")
def site(start_shared_site: StartSite) -> Server:
    """The server that most tests share."""
    return start_shared_site()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    # chat.test stands for a name in a home network: plain http, and not localhost.
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP chat.test 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=HEADLESS, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browsers of this test complained of: scripts that broke, and anything against the policy."""
    complaints: list[str] = []
    yield complaints
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def new_context(chromium: Browser, complaints: list[str]) -> Iterator[NewContext]:
    """Makes browsers without history, with Playwright's options: each is another device."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = chromium.new_context(**options)
        context.set_default_timeout(20_000)
        context.on("page", watch)
        contexts.append(context)
        return context

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{error}\n{error.stack}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    """The browser that most tests need one of."""
    return new_context()


@pytest.fixture
def new_page(context: BrowserContext) -> NewPage:
    """Opens a tab, not signed in."""

    def open_page(url: str) -> ChatPage:
        return ChatPage(context.new_page(), url)

    return open_page


def sign_in(chat: ChatPage, username: str = "alice") -> ChatPage:
    """What the form of the door sends, sent without showing it: two requests, and a session of its own."""
    door = f"{chat.url}/accounts/login/"
    request = chat.page.context.request
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', request.get(door).text())
    assert token is not None
    form: dict[str, str | float | bool] = {
        "username": username,
        "password": PASSWORD,
        "csrfmiddlewaretoken": token[1],
    }
    answer = request.post(door, form=form, headers={"Origin": chat.url}, max_redirects=0)
    assert answer.status == 302, answer.text()
    return chat.open("/").ready()


def sign_in_at_the_door(chat: ChatPage, username: str = "alice") -> ChatPage:
    chat.open("/accounts/login/")
    chat.page.get_by_label("Username").fill(username)
    chat.page.get_by_label("Password", exact=True).fill(PASSWORD)
    chat.page.get_by_role("button", name="Sign in").click()
    return chat.ready()


@pytest.fixture
def chat(site: Server, new_page: NewPage) -> ChatPage:
    """Alice's tab with a new chat."""
    return sign_in(new_page(site.url))


@pytest.fixture
def line(site: Server) -> Iterator[CutLine]:
    """The way to the shared server that can be cut."""
    with CutLine(site.port) as line:
        yield line
