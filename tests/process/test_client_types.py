"""The JavaScript client's types: strict in its own text, and of use to who calls it."""

import asyncio
from pathlib import Path

import pytest
from process.harness.js_client import CLIENT, PACKAGES
from process.harness.processes import CHECKOUT

pytestmark = pytest.mark.process

CALLER = """
import { ChatClient, ChatError, type Delta, type Reply } from "./chat_client.js";

const client = new ChatClient({ url: "https://chat.example", key: "chat-", transport: "websocket" });
const reply: Reply = client.ask({ content: "Hi", resume_window: null }, {
  ondelta: ({ offset, text }) => console.log(offset.toFixed(), text.trim()),
  onerror: (error) => console.log(error.passing, error.retryAfter.toFixed(), error.fields?.code),
  onevent: (event) => {
    if (event.type === "end") console.log(event.length.toFixed(), event.status satisfies string);
  },
});
for await (const { offset, text } of reply) ({ offset, text }) satisfies Delta;
const { content } = await client.stop(reply.id ?? "");
content.trim();
const followed = client.follow("id", { lastEventId: reply.lastEventId, text: reply.text });
(await followed.finished).usage;
const wrong: (error: ChatError) => void = () => {};
WRONG
wrong;
"""


async def tsc(*arguments: str, cwd: Path = CHECKOUT) -> str:
    """What TypeScript's compiler complains of."""
    compiler = PACKAGES / "typescript" / "bin" / "tsc"
    assert compiler.exists(), "see .ci/run for the npm packages"
    process = await asyncio.create_subprocess_exec(
        "node", str(compiler), *arguments, cwd=cwd, stdout=asyncio.subprocess.PIPE
    )
    out, _none = await asyncio.wait_for(process.communicate(), 120)
    return out.decode()


async def test_the_client_is_strictly_typed_and_its_declarations_are_those_of_its_text(
    tmp_path: Path,
) -> None:
    assert await tsc("-p", "clients", "--outDir", str(tmp_path)) == ""
    made = (tmp_path / "chat_client.d.ts").read_text()
    assert CLIENT.with_suffix(".d.ts").read_text() == made, "make it anew: tsc -p clients"


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("", ""),
        ("client.ask({ question: 'Hi' });", "question"),
        ("client.ask('Hi', { ondelta: (delta) => delta.txt });", "txt"),
        ("new ChatClient({ transport: 'pigeon' });", "pigeon"),
    ],
)
async def test_a_caller_in_typescript_is_told_what_is_wrong(
    tmp_path: Path, wrong: str, complaint: str
) -> None:
    (tmp_path / "chat_client.d.ts").write_text(CLIENT.with_suffix(".d.ts").read_text())
    (tmp_path / "caller.ts").write_text(CALLER.replace("WRONG", wrong))
    told = await tsc(
        *(
            "--noEmit",
            "--strict",
            "--target",
            "es2022",
            "--module",
            "esnext",
            "--moduleResolution",
            "bundler",
        ),
        *("--types", "--skipLibCheck", "false", "caller.ts"),
        cwd=tmp_path,
    )
    assert (complaint in told) if wrong else told == ""
