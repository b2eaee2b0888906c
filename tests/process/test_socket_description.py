"""The AsyncAPI description, played against a real server: each example sent, each answer held against it."""

import contextlib
import json
import subprocess
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.described import Described
from process.harness.people import Person
from process.harness.prepared import Prepared
from process.harness.processes import (
    CHECKOUT,
    PROVIDER_KEY,
    START_SECONDS,
    Provider,
    Server,
    StartServer,
    environment,
    manage,
)
from process.harness.scripts import question
from process.harness.sockets import Frame, Socket
from process.harness.waiting import until_true

from chat.api.description.examples import CONVERSATION, POSITION, REPLY

pytestmark = pytest.mark.process

PACKAGES = CHECKOUT / "var" / "npm"
"""Where `.ci/run` installs AsyncAPI's own parser."""
PARSE = """
import { Parser } from "@asyncapi/parser";
let text = "";
for await (const piece of process.stdin) text += piece;
const { document, diagnostics } = await new Parser().parse(text);
const wrong = diagnostics.filter(({ severity }) => severity < 2).map(({ message }) => message);
console.log(JSON.stringify({ operations: document?.operations().all().length ?? 0, wrong }));
"""
CONNECTIONS = """
from chat.models import Connection
from chat.upstream import secrets
Connection.objects.create(name="demo", base_url="", concurrency=1)
Connection.objects.create(name="scripts", base_url=%r, key_encrypted=secrets.encrypt(%r))
"""


@pytest.fixture(scope="module")
def server(
    start_module_server: StartServer,
    prepared: Prepared,
    provider: Provider,
    people: Mapping[str, Person],
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    """The demo model, one reply at a time so that the others queue, and the scripted provider beside it."""
    address = prepared.copy_to(tmp_path_factory.mktemp("described"))
    rows = CONNECTIONS % (f"{provider.url}/v1", PROVIDER_KEY)
    manage(environment(DATABASE_URL=address), "shell", "-v", "0", "-c", rows)
    server = start_module_server(DATABASE_URL=address, OPENAI_BASE_URL="", OPENAI_API_KEY="")
    until_true(lambda: server.has_models(people["dave"].key), START_SECONDS, "the list of models")
    return server


@pytest.fixture
def api(http: aiohttp.ClientSession, server: Server, stranger: Person) -> Api:
    return caller(http, server.url, stranger)


@pytest.fixture
async def described(api: Api) -> Described:
    pytest.importorskip("jsonschema", reason="the checks' own (make check)")
    return Described(await api.get("asyncapi.json"))


@dataclass(slots=True)
class Talk:
    """One socket of which every frame is held against the description."""

    socket: Socket
    described: Described
    seen: set[str] = field(default_factory=set)

    async def next(self) -> Frame:
        frame = await self.socket.event()
        assert frame is not None, f"closed with {self.socket.close_code}"
        self.described.check(frame)
        self.seen.add(frame["type"])
        return frame

    async def until(self, *kinds: str, **fields: Any) -> Frame:
        """The next frame of one of these types, and with these fields."""
        while True:
            frame = await self.next()
            if frame["type"] in kinds and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def play(self, example: Frame) -> Frame:
        """Send it; what answers it, and then its reply to the end where it began one."""
        await self.socket.send(example)
        kinds = self.described.answers_to(example["type"])
        fields = {"ref": example["ref"]} if "ref" in example else {}
        answer = await self.until(*kinds, **fields)
        assert answer["type"] != "error", (example, answer)
        if answer["type"] == "start":
            await self.until("end", reply=answer["reply"])
        return answer


@contextlib.asynccontextmanager
async def talking(api: Api, described: Described) -> AsyncIterator[Talk]:
    async with Socket.open(api.url, api.headers) as socket:
        yield Talk(socket, described)


def example_with(example: Frame, **real: str) -> Frame:
    """The example, of things that are there."""
    text = json.dumps(example)
    for made_up, name in ((CONVERSATION, "conversation"), (REPLY, "reply"), (POSITION, "position")):
        text = text.replace(made_up, real[name])
    frame: Frame = json.loads(text)
    return frame


async def something_real(api: Api, kind: str) -> dict[str, str]:
    """A reply that this frame is good for, with its conversation and a position in it."""
    # What shall still run when the frame comes is slow; the others are played to their ends.
    pace = "slow" if kind in ("stop", "unfollow") else "fast"
    asked = {"content": f"demo: {pace} Make a table", "resume_window": 60}
    async with api.open("POST", "chat", asked) as stream:
        lines = [(await stream.content.readline()).decode() for _ in range(2)]
    start = json.loads(lines[0].removeprefix("data: "))
    if pace == "fast":
        await api.stop(start["reply"])
    return {
        "conversation": start["conversation"],
        "reply": start["reply"],
        "position": lines[1].removeprefix("id: ").strip(),
    }


async def test_every_example_is_answered_as_described_and_every_frame_is_seen(
    api: Api, described: Described
) -> None:
    played = 0
    async with talking(api, described) as talk:
        for kind, message in described.from_client.items():
            for example in message["examples"]:
                real = await something_real(api, kind)
                await talk.play(example_with(example["payload"], **real))
                await api.stop(real["reply"])  # or the next one queues behind it
                played += 1
        # What no example alone brings about: a refusal, a reply that waits for another, and tools.
        await talk.socket.send({"type": "follow", "ref": "none", "reply": CONVERSATION})
        await talk.until("error", ref="none")
        for number in range(2):
            await talk.socket.send({"type": "send", "ref": number, "content": f"demo: fast {number}"})
        for _ in range(2):
            await talk.until("end")
        call = {"id": "call_1", "name": "weather", "arguments": '{"city": "Rome"}'}
        asked = {
            "model": "scripted",
            "messages": [{"role": "user", "content": question(text="Let me see.", tool_calls=[call])}],
        }
        answer = await api.call("POST", "/v1/chat/completions", asked)
        assert answer.status == 200, answer.body
        await talk.socket.send({"type": "follow", "reply": answer.headers["X-Message-Id"]})
        await talk.until("end", reply=answer.headers["X-Message-Id"])
    assert played == sum(len(message["examples"]) for message in described.from_client.values())
    assert talk.seen == described.from_server


async def test_what_is_not_described_is_refused(api: Api, described: Described) -> None:
    async with talking(api, described) as talk:

        async def refused(frame: Frame) -> str:
            await talk.socket.send(frame)
            error = await talk.until("error", "start", "ack", "pong")
            assert error["type"] == "error", (frame, error)
            code: str = error["error"]["code"]
            return code

        assert await refused({"type": "unheard of"}) == "unknown_type"
        assert await refused({"ref": 1}) == "unknown_type"
        for kind, message in described.from_client.items():
            example = message["examples"][0]["payload"]
            schema = described.schema_of(kind)
            assert await refused({**example, "unheard_of": 1}) == "invalid_request"
            for name in schema["required"]:
                await refused({field: value for field, value in example.items() if field != name})
            for name in schema["properties"].keys() - {"type"}:
                await refused({**example, name: "wrong" if name == "params" else {"wrong": 1}})


def test_the_description_is_asyncapi_by_its_own_parser(described: Described) -> None:
    assert (PACKAGES / "node_modules" / "@asyncapi" / "parser").is_dir(), "see .ci/run for the npm packages"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", PARSE],
        cwd=PACKAGES,
        input=json.dumps(described.document),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["wrong"] == []
    assert read["operations"] == len(described.document["operations"])
