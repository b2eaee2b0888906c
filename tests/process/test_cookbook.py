"""Every example of the cookbook, run as it stands against a real server: what it prints is what was saved."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import aiohttp
import pytest
from process.harness.calls import caller
from process.harness.people import Person
from process.harness.processes import CHECKOUT, Server
from process.harness.scripts import ProviderLog, question

pytestmark = pytest.mark.process

COOKBOOK = CHECKOUT / "cookbook"
EXAMPLES = sorted(path.name for path in COOKBOOK.iterdir() if path.suffix in (".mjs", ".py", ".sh"))
PACKAGES = CHECKOUT / "var" / "npm"
"""Where `.ci/run` installs what the examples need from npm."""
RUNNERS = {".mjs": "node", ".py": sys.executable, ".sh": "sh"}
TEXT = "Grüße 😀, 你好: one “reply” of several pieces.\n"


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples, in which Node finds its packages."""
    folder = tmp_path_factory.mktemp("cookbook")
    shutil.copytree(COOKBOOK, folder, dirs_exist_ok=True)
    assert (PACKAGES / "node_modules" / "openai").is_dir(), "see .ci/run for the npm packages"
    (folder / "node_modules").symlink_to((PACKAGES / "node_modules").resolve())
    return folder


async def printed(kitchen: Path, example: str, server: Server, key: str, content: str) -> str:
    environment = os.environ | {
        "CHAT_URL": server.url,
        "CHAT_KEY": key,
        "CHAT_MODEL": "scripted",
        "PYTHONIOENCODING": "utf-8",
    }
    path = kitchen / example
    process = await asyncio.create_subprocess_exec(
        RUNNERS[path.suffix],
        str(path),
        content,
        cwd=kitchen,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return out.decode()


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
    assert await printed(kitchen, example, server, stranger.key, content) == TEXT
    assert len(await log.of(content)) == 1
    [conversation] = (await api.get("conversations"))["results"]
    [asked, reply] = (await api.get(f"conversations/{conversation['id']}"))["messages"]
    assert (asked["content"], reply["content"], reply["status"]) == (content, TEXT, "complete")


def test_the_cookbooks_page_names_every_example() -> None:
    page = (CHECKOUT / "docs" / "cookbook.md").read_text()
    assert [name for name in EXAMPLES if f"(../cookbook/{name})" not in page] == []
