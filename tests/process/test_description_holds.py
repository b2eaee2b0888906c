"""The OpenAPI description against a real server: schemathesis makes calls of it and holds each answer to it.

By hand, with more of everything: the same configuration and `st run URL/api/v1/openapi.json -n 200`.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from files.samples import image, pdf
from process.harness.calls import Answer, Api, caller
from process.harness.described_calls import DescribedCalls
from process.harness.people import Person
from process.harness.processes import Server, StartServer, manage
from process.harness.scripts import question
from process.harness.waiting import until

from chat.api.description import document
from chat.scopes import SCOPES

pytestmark = pytest.mark.process

EXAMPLES = 6
"""Calls made up for each operation, beside those of the examples and of the edges of each field."""
SEED = 20261127
SECONDS = 240.0
"""A minute on an idle machine."""
RUN = "from schemathesis.cli import schemathesis; schemathesis()"
CONFIGURATION = """
base-url = "{url}"
headers = {{ Authorization = "Bearer ${{KEY}}" }}
seed = {seed}
request-timeout = 30

[generation]
allow-x00 = false  # refused everywhere, which JSON Schema has no short way to say

# What is a text for a schema may still be no position, cursor or model of this server.
[checks.positive_data_acceptance]
enabled = false

# They last as long as one likes: tests/process/test_live_connection.py, tests/api/test_probe.py.
[[operations]]
include-path = "/api/v1/live"
enabled = false
[[operations]]
include-path = "/api/v1/probe"
enabled = false
"""

NOT_HERE = {("get", f"/api/v1/{name}") for name in ("live", "probe", "openapi.json")}
"""Calls that last as long as one likes, and the one by which the description comes."""


@pytest.fixture(scope="module")
def server(start_module_server: StartServer) -> Server:
    """With limits, so that their headers are there; the quick provider under the name that examples use."""
    return start_module_server(CHAT_MODELS="demo", CHAT_MAX_STREAMS_PER_USER="1000")


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """Of Dave, who may do everything, the desk included."""
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    return manage(server.settings, "create_api_key", "dave", *scopes)


async def test_every_success_of_every_call_is_as_described(
    server: Server, key: str, http: aiohttp.ClientSession, people: Mapping[str, Person]
) -> None:
    pytest.importorskip("jsonschema", reason="the checks' own (make check)")
    api = Api(http, server.url, {"Authorization": f"Bearer {key}"})
    calls = DescribedCalls(await api.get("openapi.json"), api)
    await about_replies(calls)
    await about_what_is_kept(calls)
    await about_the_rest(calls)
    await caller(http, server.url, people["alice"]).call("POST", "chat", {"content": "Look at this."})
    await about_the_desk(calls, people["carol"].key)
    lasting = {("get", "/api/v1/live", "200"), ("get", "/api/v1/probe", "200")}
    assert calls.successes() - calls.seen == lasting


async def about_replies(calls: DescribedCalls) -> None:
    asked = {"content": question(tokens=3, reasoning="Hm.", finish_reason="length")}
    for form in ("ndjson", "text", "openai"):
        await calls.call("POST /api/v1/chat", asked, query=f"?format={form}&render=html")
    reply = await begun(calls, "POST /api/v1/chat", asked)
    await begun(calls, "POST /api/v1/messages/{message_id}/regenerate", {}, message_id=reply)
    await begun(calls, "POST /api/v1/messages/{message_id}/continue", {}, message_id=reply)
    message = {"message_id": reply}
    followed = await calls.call("GET /api/v1/messages/{message_id}/stream", **message)
    await calls.call("GET /api/v1/messages/{message_id}/stream", **message, Last_Event_ID=position(followed))
    for query in ("&stream=false", "&background=true", ""):
        by_query = await calls.call("GET /api/v1/chat", query=f"?content=Hello{query}")
    await calls.call("GET /api/v1/chat", query="?content=Hello", Last_Event_ID=position(by_query))
    await calls.call("GET /api/v1/messages/{message_id}", **message)
    await calls.call("POST /api/v1/messages/{message_id}/stop", **message)
    await calls.call("PUT /api/v1/messages/{message_id}/feedback", {"rating": 1, "comment": None}, **message)
    await calls.call("POST /api/v1/messages/{message_id}/report", {"reason": "Wrong."}, **message)
    await calls.call("DELETE /api/v1/messages/{message_id}/report", **message)
    await calls.call("DELETE /api/v1/messages/{message_id}", **message)
    await calls.call("POST /api/v1/messages/{message_id}/restore", **message)


async def begun(calls: DescribedCalls, name: str, body: dict[str, Any], **parts: str) -> str:
    """Whole, in the background, streamed, and come back to from its end; the reply."""
    await calls.call(name, {**body, "stream": False}, **parts)
    behind = await calls.call(name, {**body, "background": True}, **parts)
    await calls.call("GET /api/v1/messages/{message_id}/stream", message_id=behind.headers["X-Message-Id"])
    streamed = await calls.call(name, body, **parts)
    await calls.call(name, body, **parts, Last_Event_ID=position(streamed))
    return streamed.headers["X-Message-Id"]


def position(streamed: Answer) -> str:
    """After the end of a stream of server-sent events."""
    return [line for line in streamed.body.decode().splitlines() if line.startswith("id: ")][-1][4:]


async def about_what_is_kept(calls: DescribedCalls) -> None:
    made = (await calls.call("POST /api/v1/conversations", {"title": "Colours"})).json
    one = {"conversation_id": made["id"]}
    await calls.call("GET /api/v1/conversations", query="?limit=1")
    await calls.call("GET /api/v1/conversations/{conversation_id}", **one)
    await calls.call("PATCH /api/v1/conversations/{conversation_id}", {"pinned": True}, **one)
    for form in ("json", "md"):
        path = "GET /api/v1/conversations/{conversation_id}/export"
        await calls.call(path, query=f"?format={form}", **one)
    await calls.call("DELETE /api/v1/conversations/{conversation_id}", **one)
    await calls.call("POST /api/v1/conversations/{conversation_id}/restore", **one)
    for data in (b"The cat sat.", image(), pdf("The cat sat.")):
        uploaded = await calls.call("POST /api/v1/attachments", data, query="?name=a")
        file = {"attachment_id": uploaded.json["id"]}
        await calls.call("GET /api/v1/attachments")
        await calls.call("GET /api/v1/attachments/{attachment_id}", **file)
    await calls.call("DELETE /api/v1/attachments/{attachment_id}", **file)


async def about_the_rest(calls: DescribedCalls) -> None:
    for name in ("models", "openapi.json", "asyncapi.json", "docs"):
        await calls.call(f"GET /api/v1/{name}")
    await calls.call("GET /v1/models")
    await calls.call("GET /v1/models/{model_id}", model_id="demo")
    call = {"id": "call_1", "name": "weather", "arguments": "{}"}
    asked = {"model": "demo", "messages": [{"role": "user", "content": question(tool_calls=[call])}]}
    await calls.call("POST /v1/chat/completions", asked)
    usage = {**asked, "stream": True, "stream_options": {"include_usage": True}}
    streamed = await calls.call("POST /v1/chat/completions", usage)
    await calls.call("POST /v1/chat/completions", usage, Last_Event_ID=position(streamed))


async def about_the_desk(calls: DescribedCalls, key: str) -> None:
    async def look() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = (await calls.call("GET /api/v1/review/conversations")).json["results"]
        return found or None

    found = await until(look, what="a digest of the conversation")
    assert found is not None
    one = {"reviewed_id": found[0]["conversation"]}
    read = await calls.call("GET /api/v1/review/conversations/{reviewed_id}", **one)
    assert read.status == 200
    verdict = {"seen": 0, "verdict": "useful"}
    await calls.call("PATCH /api/v1/review/conversations/{reviewed_id}/judgement", verdict, **one)
    flagged = await calls.call(
        "POST /api/v1/review/conversations/{reviewed_id}/flags", {"reason": "Look."}, **one
    )
    name = "PATCH /api/v1/review/conversations/{reviewed_id}/flags/{flag_id}"
    await calls.call(name, {"resolved": True}, **one, flag_id=str(flagged.json["id"]))
    for form in ("jsonl", "csv"):
        await calls.call("GET /api/v1/review/export", query=f"?format={form}")
    await calls.call("GET /api/v1/admin/usage")
    await calls.call("GET /api/v1/admin/keys")
    await calls.call("POST /api/v1/admin/keys/{prefix}/revoke", prefix=key[:12])


def test_every_answer_to_calls_that_are_made_up_is_as_described(
    server: Server, key: str, tmp_path: Path
) -> None:
    assert find_spec("schemathesis") is not None, "this suite needs what `make check` installs"
    (tmp_path / "st.toml").write_text(CONFIGURATION.format(url=server.url, seed=SEED))
    done = subprocess.run(
        [
            *(sys.executable, "-c", RUN, "--config-file", "st.toml"),
            *("run", f"{server.url}/api/v1/openapi.json", "--no-color", "--continue-on-failure"),
            *("--max-examples", str(EXAMPLES)),
        ],
        cwd=tmp_path,
        env=os.environ | {"KEY": key},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    described = {(verb, path) for path, verbs in document()["paths"].items() for verb in verbs}
    assert f"Tested: {len(described - NOT_HERE)}" in done.stdout, done.stdout[-2000:]
