"""The commands and programs that stand in the pages about the API, run as they stand on a real server."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from files.samples import pdf
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import CHECKOUT, Server, StartServer

pytestmark = pytest.mark.process

SLOW = "demo: slow Make a table"
ENDLESS = "/live?"
"""A connection that one looks at for as long as one likes: here for two seconds."""


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (CHECKOUT / "docs" / page).read_text(), re.DOTALL)


COMMANDS = [block for block in blocks("api.md", "sh") if "curl" in block]


@pytest.fixture(scope="module")
def server(start_module_server: StartServer) -> Server:
    """What a newcomer starts: the demo model."""
    return start_module_server(OPENAI_BASE_URL="", OPENAI_API_KEY="")


@pytest.fixture
def api(http: aiohttp.ClientSession, server: Server, stranger: Person) -> Api:
    return caller(http, server.url, stranger)


def run(command: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("block", COMMANDS, ids=[re.sub(r"\W+", " ", block)[:40] for block in COMMANDS])
async def test_a_command_of_the_page_does_what_it_says(
    block: str, api: Api, server: Server, stranger: Person, tmp_path: Path
) -> None:
    async with api.open("POST", "chat", {"content": SLOW, "resume_window": None}) as stream:
        lines = [(await stream.content.readline()).decode() for _ in range(2)]
    (tmp_path / "report.pdf").write_bytes(pdf("The cat sat on the mat."))
    seconds = ["timeout", "2"] if ENDLESS in block else []
    done = run(
        [*seconds, "sh", "-euc", block],
        tmp_path,
        {
            "KEY": stranger.key,
            "CHAT": f"{server.url}/api/v1",
            "REPLY": json.loads(lines[0].removeprefix("data: "))["reply"],
            "ID": lines[1].removeprefix("id: ").strip(),
        },
    )
    assert done.returncode == (124 if seconds else 0), done.stderr
    assert '"error":{' not in done.stdout, done.stdout
    assert '"type":"delta"' in done.stdout


@pytest.mark.parametrize("page", ["websocket.md", "openai.md"])
def test_a_program_of_the_page_prints_a_reply(
    page: str, server: Server, stranger: Person, tmp_path: Path
) -> None:
    [program] = blocks(page, "python")
    program = program.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    program = program.replace("<API key>", stranger.key).replace('api_key="…"', f'api_key="{stranger.key}"')
    (tmp_path / "program.py").write_text(program)
    done = run([sys.executable, "program.py"], tmp_path, {"PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 50
