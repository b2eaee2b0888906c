"""Every example of docs/clients.md, run as it stands with the client that the server gives away."""

import re
from pathlib import Path

import aiohttp
import pytest
from process.harness.calls import caller
from process.harness.js_client import PACKAGES
from process.harness.people import Person
from process.harness.processes import CHECKOUT, Server
from process.harness.programs import printed
from process.harness.scripts import ProviderLog, question

pytestmark = pytest.mark.process

PAGE = (CHECKOUT / "docs" / "clients.md").read_text()
EXAMPLES = re.findall(r"^```(js|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ENDINGS = {"js": "mjs", "python": "py"}
TEXT = "Grüße 😀, 你好: one “reply” of several pieces.\n"


@pytest.mark.parametrize(
    ("language", "program"),
    EXAMPLES,
    ids=[f"{language} {number}" for number, (language, _) in enumerate(EXAMPLES)],
)
async def test_an_example_prints_what_is_saved(
    tmp_path: Path,
    language: str,
    program: str,
    server: Server,
    stranger: Person,
    http: aiohttp.ClientSession,
    log: ProviderLog,
) -> None:
    example = tmp_path / f"example.{ENDINGS[language]}"
    example.write_text(program)
    (tmp_path / "node_modules").symlink_to(PACKAGES.resolve())
    for name in ("chat_client.js", "chat_client.py"):
        async with http.get(f"{server.url}/clients/{name}") as answer:
            (tmp_path / name).write_bytes(await answer.read())
    content = question(text=TEXT, tokens=12, delay=0.02)
    assert await printed(example, server, stranger.key, content) == TEXT
    assert len(await log.of(content)) == 1
    api = caller(http, server.url, stranger)
    [conversation] = (await api.get("conversations"))["results"]
    reply = (await api.get(f"conversations/{conversation['id']}"))["messages"][-1]
    assert (reply["content"], reply["status"]) == (TEXT, "complete")


def test_there_is_an_example_of_each_thing_in_both_languages() -> None:
    languages = [language for language, _program in EXAMPLES]
    assert languages == ["js", "python"] * 4
