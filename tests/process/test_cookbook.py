"""Every example of the cookbook, run as it stands against a real server: what it prints is what was saved."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from browser.cut_line import CutLine
from process.harness.calls import caller
from process.harness.people import Person
from process.harness.processes import CHECKOUT, Server
from process.harness.scripts import STALLED, ProviderLog, question, words

pytestmark = pytest.mark.process

COOKBOOK = CHECKOUT / "cookbook"
EXAMPLES = sorted(path.name for path in COOKBOOK.iterdir() if path.suffix in (".mjs", ".py", ".sh"))
PACKAGES = CHECKOUT / "var" / "npm"
"""Where `.ci/run` installs what the examples need from npm."""
RUNNERS = {".mjs": "node", ".py": sys.executable, ".sh": "sh"}
COME_BACK = (
    "event_source.mjs",
    "event_source_get.mjs",
    "event_source_polyfill.mjs",
    "eventsource_parser.mjs",
    "fetch_event_source.mjs",
    "httpx_sse_client.py",
)
"""Those that take a lost connection up again."""
ABORT = sorted(set(EXAMPLES) - {"event_source.mjs"})
"""That one asks in the background, which runs to its end."""
TEXT = "Grüße 😀, 你好: one “reply” of several pieces.\n"


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples, in which Node finds its packages."""
    folder = tmp_path_factory.mktemp("cookbook")
    shutil.copytree(COOKBOOK, folder, dirs_exist_ok=True)
    assert (PACKAGES / "node_modules" / "openai").is_dir(), "see .ci/run for the npm packages"
    (folder / "node_modules").symlink_to((PACKAGES / "node_modules").resolve())
    return folder


async def begun(kitchen: Path, example: str, url: str, key: str, content: str) -> asyncio.subprocess.Process:
    environment = os.environ | {
        "CHAT_URL": url,
        "CHAT_KEY": key,
        "CHAT_MODEL": "scripted",
        "PYTHONIOENCODING": "utf-8",
    }
    path = kitchen / example
    return await asyncio.create_subprocess_exec(
        RUNNERS[path.suffix],
        str(path),
        content,
        cwd=kitchen,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def ended(process: asyncio.subprocess.Process) -> str:
    """What it printed since it was last read; it must have ended well."""
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return out.decode()


async def first_words(process: asyncio.subprocess.Process, count: int) -> str:
    """What it prints, until these are so many words."""
    assert process.stdout is not None
    text = ""
    async with asyncio.timeout(60):
        while text.count(" ") < count:
            piece = await process.stdout.read(1024)
            assert piece, "it ended before that"
            text += piece.decode()
    return text


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_prints_what_is_saved(
    kitchen: Path,
    example: str,
    server: Server,
    stranger: Person,
    http: aiohttp.ClientSession,
    log: ProviderLog,
) -> None:
    api = caller(http, server.url, stranger)
    content = question(text=TEXT, tokens=12, delay=0.01)
    assert await ended(await begun(kitchen, example, server.url, stranger.key, content)) == TEXT
    assert len(await log.of(content)) == 1
    [conversation] = (await api.get("conversations"))["results"]
    [asked, reply] = (await api.get(f"conversations/{conversation['id']}"))["messages"]
    assert (asked["content"], reply["content"], reply["status"]) == (content, TEXT, "complete")


@pytest.mark.parametrize("example", COME_BACK)
async def test_an_example_that_comes_back_prints_every_word_once_and_asks_once(
    kitchen: Path, example: str, server: Server, people: Mapping[str, Person], log: ProviderLog
) -> None:
    content = question(tokens=40, delay=0.05)
    with CutLine(server.port) as line:
        process = await begun(kitchen, example, line.url, people["alice"].key, content)
        text = await first_words(process, 5)
        line.cut()
        line.mend()
        text += await ended(process)
    assert text == words(40)
    assert len(await log.of(content)) == 1


@pytest.mark.parametrize("example", ABORT)
async def test_ctrl_c_stops_the_model(
    kitchen: Path, example: str, server: Server, people: Mapping[str, Person], log: ProviderLog
) -> None:
    content = question(**STALLED)
    process = await begun(kitchen, example, server.url, people["alice"].key, content)
    assert await first_words(process, 3) == words(3)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that the example started
    await log.closed(content)
    await process.communicate()


def test_the_cookbooks_page_names_every_example() -> None:
    page = (CHECKOUT / "docs" / "cookbook.md").read_text()
    named = [path.name for path in COOKBOOK.iterdir() if path.is_file()]
    assert [name for name in named if f"(../cookbook/{name})" not in page] == []
    assert set(EXAMPLES) | {"chat_page.html"} == set(named), "what is no script is run in a browser"
