"""The clients of other people's pages in a real browser, on the site's own origin and on another one."""

import itertools
import json
import mimetypes
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from browser.chat_page import ChatPage, script
from browser.client_sources import CLIENTS, COME_BACK, COME_BACK_WITH_A_SESSION, WITH_A_KEY, WITH_A_SESSION
from browser.cut_line import CutLine
from browser.fixtures import NewContext, StartSite, sign_in
from browser.other_origin import PACKAGES, PLAIN_PAGE, OtherOrigin
from playwright.sync_api import BrowserContext, Page, Route
from process.harness.processes import Server, manage
from process.harness.waiting import until_true

pytestmark = pytest.mark.browser

PIECES = [f"Wörter {number} 😀, 你好 " for number in range(40)]
TEXT = "".join(PIECES)
CUT_AT = 120
"""Code points that the page has read when the line is cut, or the client aborts."""
BLANK = "/a-page-of-this-origin"
"""The server says that there is none. To Chromium a page of the test's own would not be from this machine."""

LIBRARIES = {"@microsoft", "axios", "event-source-polyfill", "eventsource-parser", "openai"}
"""The folders of npm's packages that pages load."""

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Site:
    server: Server
    key: str

    def get(self, path: str) -> Any:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.key}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def replies_to(self, content: str) -> list[dict[str, Any]]:
        """Every reply to this question, however often it was asked."""
        found = []
        for conversation in self.get("conversations?limit=100")["results"]:
            messages = self.get(f"conversations/{conversation['id']}")["messages"]
            asked = {message["id"] for message in messages if message["content"] == content}
            found += [message for message in messages if message["parent"] in asked]
        return found


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[OtherOrigin]:
    with OtherOrigin() as elsewhere:
        yield elsewhere


@pytest.fixture(scope="module")
def site(start_site: StartSite, elsewhere: OtherOrigin) -> Site:
    server = start_site(CHAT_CORS_ORIGINS=elsewhere.url)
    key = manage(server.settings, "create_api_key", "alice", "--name", "another page").strip()
    return Site(server, key)


OpenPage = Callable[[str], Page]
"""Opens a page that is to call the server at that address."""


def own_origin(context: BrowserContext) -> OpenPage:
    """Pages of whatever address the server is called by; npm's packages are brought there by the test."""

    def bring(route: Route) -> None:
        file = PACKAGES / route.request.url.split("/", 3)[3]
        if not file.suffix:  # some packages are written for bundlers, and leave out what a file ends with
            file = file.with_suffix(".js")
        kind = "text/javascript" if file.suffix in (".js", ".mjs") else mimetypes.guess_type(file)[0]
        route.fulfill(body=file.read_bytes(), content_type=kind)

    def is_brought(url: str) -> bool:
        return url.split("/", 3)[3].partition("/")[0] in LIBRARIES

    context.route(is_brought, bring)

    def open_page(base: str) -> Page:
        page = context.new_page()
        page.goto(base + BLANK)
        return page

    return open_page


@pytest.fixture(params=["this origin", "another origin"])
def open_page(request: pytest.FixtureRequest, new_context: NewContext, elsewhere: OtherOrigin) -> OpenPage:
    context = new_context(bypass_csp=True)  # these pages are other people's, and build functions of texts
    if request.param == "this origin":
        return own_origin(context)

    def open_page(base: str) -> Page:
        page = context.new_page()
        page.goto(elsewhere.url)
        return page

    return open_page


@pytest.fixture
def open_own_page(new_context: NewContext, site: Site) -> OpenPage:
    """Of this origin, with Alice's session. Cookies know no port: it is good over a line that can be cut."""
    context = new_context(bypass_csp=True)
    sign_in(ChatPage(context.new_page(), site.server.url))
    return own_origin(context)


def question(**fields: Any) -> str:
    return f"number {next(_numbers)}: {script(pieces=PIECES, **fields)}"


def begin(page: Page, client: str, base: str, key: str, content: str, *, patience: int = 10) -> None:
    """Run it in the page; `read` is the text that it was given, `over` whether it has ended."""
    page.evaluate(
        """([source, given]) => {
          window.read = "";
          window.over = false;
          window.aborting = new AbortController();
          const names = "{ base, key, content, patience, signal, seen }";
          const run = new (async () => {}).constructor(names, source);
          const seen = (text) => { window.read += text; };
          run({ ...given, signal: window.aborting.signal, seen }).then(
            () => { window.over = true; },
            (error) => { window.over = String(error); },
          );
        }""",
        [CLIENTS[client], {"base": base, "key": key, "content": content, "patience": patience}],
    )


def read_to_its_end(page: Page) -> str:
    page.wait_for_function("window.over", timeout=30_000)
    assert page.evaluate("window.over") is True
    text: str = page.evaluate("window.read")
    return text


def reads_what_is_saved(page: Page, site: Site, client: str, key: str) -> None:
    content = question(delay=0.005)
    begin(page, client, site.server.url, key, content)
    assert read_to_its_end(page) == TEXT
    [reply] = site.replies_to(content)
    assert (reply["content"], reply["status"]) == (TEXT, "complete")


@pytest.mark.parametrize("client", WITH_A_KEY)
def test_a_page_reads_what_is_saved(open_page: OpenPage, site: Site, client: str) -> None:
    reads_what_is_saved(open_page(site.server.url), site, client, site.key)


@pytest.mark.parametrize("client", WITH_A_SESSION)
def test_a_page_of_the_site_needs_no_key(open_own_page: OpenPage, site: Site, client: str) -> None:
    reads_what_is_saved(open_own_page(site.server.url), site, client, "")


def comes_back(open_page: OpenPage, site: Site, client: str, key: str) -> None:
    content = question(delay=0.05)
    with CutLine(site.server.port) as line:
        page = open_page(line.url)
        begin(page, client, line.url, key, content)
        page.wait_for_function(f"[...window.read].length > {CUT_AT}")
        line.cut()
        line.mend()
        assert read_to_its_end(page) == TEXT
    [reply] = site.replies_to(content)
    assert (reply["content"], reply["status"]) == (TEXT, "complete")


@pytest.mark.parametrize("client", COME_BACK)
def test_a_client_that_comes_back_goes_on_at_the_character_and_asks_once(
    open_page: OpenPage, site: Site, client: str
) -> None:
    comes_back(open_page, site, client, site.key)


@pytest.mark.parametrize("client", COME_BACK_WITH_A_SESSION)
def test_an_event_source_that_asked_by_get_goes_on_at_the_character_and_asks_once(
    open_own_page: OpenPage, site: Site, client: str
) -> None:
    comes_back(open_own_page, site, client, "")


def aborts(page: Page, site: Site, client: str, key: str) -> None:
    content = question(delay=0.05)
    begin(page, client, site.server.url, key, content, patience=0)
    page.wait_for_function(f"[...window.read].length > {CUT_AT}")
    page.evaluate("window.aborting.abort()")
    # What follows in the background does not stop what it followed: it waits for as long as it was told.
    until_true(lambda: site.replies_to(content)[0]["status"] == "interrupted", 20, "the end of the reply")
    [reply] = site.replies_to(content)
    assert reply["content"].startswith(page.evaluate("window.read"))
    assert reply["content"] != TEXT


@pytest.mark.parametrize("client", [name for name in WITH_A_KEY if name != "EventSource"])
def test_an_abort_stops_the_reply_and_keeps_what_was_seen(
    open_page: OpenPage, site: Site, client: str
) -> None:
    aborts(open_page(site.server.url), site, client, site.key)


@pytest.mark.parametrize("client", WITH_A_SESSION)
def test_closing_what_speaks_by_a_session_stops_the_reply(
    open_own_page: OpenPage, site: Site, client: str
) -> None:
    aborts(open_own_page(site.server.url), site, client, "")


def test_a_page_that_is_not_named_is_refused_by_its_browser(site: Site, new_context: NewContext) -> None:
    with OtherOrigin() as unnamed:
        stranger = new_context().new_page()
        stranger.goto(unnamed.url)
        begin(stranger, "fetch", site.server.url, site.key, question())
        stranger.wait_for_function("window.over")
        assert "Failed to fetch" in stranger.evaluate("window.over")


def test_the_plain_page_of_the_cookbook_reads_and_stops(
    site: Site, new_context: NewContext, elsewhere: OtherOrigin
) -> None:
    """As it stands, on another origin, with a base URL as any server of OpenAI's API has one."""
    page = new_context().new_page()
    page.goto(f"{elsewhere.url}/{PLAIN_PAGE.name}")
    page.get_by_label("Base URL").fill(f"{site.server.url}/v1")
    page.get_by_label("Key").fill(site.key)

    def ask(content: str) -> None:
        page.get_by_label("Question").fill(content)
        page.get_by_role("button", name="Ask").click()

    ask(question(delay=0.005))
    page.wait_for_function("(text) => document.querySelector('pre').textContent === text", arg=TEXT)
    stopped = question(delay=0.05)
    ask(stopped)
    page.wait_for_function(f"[...document.querySelector('pre').textContent].length > {CUT_AT}")
    page.get_by_role("button", name="Stop").click()
    until_true(lambda: site.replies_to(stopped)[0]["status"] == "interrupted", 20, "the end of the reply")
    assert site.replies_to(stopped)[0]["content"].startswith(page.locator("pre").text_content() or "")
