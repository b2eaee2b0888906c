"""The demo model, through the same client as a real provider."""

import asyncio
import subprocess
import sys

import pytest
from fakes.upstream_calls import Connect, hear, read_one

from chat.errors import UpstreamTimeout
from chat.upstream import Call, Upstream
from chat.upstream.connections import DEMO_URL
from chat.upstream.demo_replies import LONG_CHARS, long_reply, replies_to, rest_of, title_of


def ask(question: str) -> Call:
    return Call("demo", ({"role": "user", "content": f"demo: fast {question}"},), {}, "alice")


@pytest.fixture
async def demo(connect: Connect) -> Upstream:
    return await connect(DEMO_URL, transport="demo", listed=("demo",), chunk_timeout=0.2)


async def test_it_answers_with_a_usage_and_an_end(demo: Upstream) -> None:
    heard = await hear(demo, ask("hi"))
    assert heard.error is None
    assert "demo model" in heard.text
    assert heard.finish_reason == "stop"
    assert heard.usage is not None
    assert heard.usage["completion_tokens"] > 5


async def test_it_thinks_when_asked_to(demo: Upstream) -> None:
    heard = await hear(demo, ask("Thanks, think about tea"))
    assert "tea" in heard.reasoning
    assert (await hear(demo, ask("Thanks for the tea. demo: think"))).reasoning
    assert not (await hear(demo, ask("Thanks for the tea"))).reasoning


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        ("400", "upstream_rejected", False),
        ("401", "upstream_authentication", False),
        ("429", "upstream_rate_limited", False),
        ("500", "upstream_error", False),
        ("refuse", "upstream_unreachable", False),
        ("html", "upstream_malformed", False),
        ("empty", "upstream_incomplete", False),
        ("cut", "upstream_incomplete", True),
        ("no-finish", "upstream_incomplete", True),
        ("malformed", "upstream_malformed", True),
        ("half-character", "upstream_malformed", True),
        ("endless-line", "upstream_malformed", True),
        ("error-frame", "upstream_error", True),
        ("stall", "upstream_timeout", True),
    ],
)
async def test_it_fails_in_each_way(demo: Upstream, fault: str, code: str, text: bool) -> None:
    heard = await hear(demo, ask(f"demo: fail {fault}"))
    assert heard.error is not None
    assert heard.error.code == code
    assert isinstance(heard.error, UpstreamTimeout) == (fault == "stall")
    assert bool(heard.text) == text


@pytest.mark.parametrize(("fault", "reason"), [("length", "length"), ("content-filter", "content_filter")])
async def test_it_ends_early_without_failing(demo: Upstream, fault: str, reason: str) -> None:
    heard = await hear(demo, ask(f"demo: fail {fault}"))
    assert (heard.error, heard.finish_reason) == (None, reason)


async def test_it_goes_on_exactly_where_it_stopped(demo: Upstream) -> None:
    question = ask("Show me everything. demo: fail cut")
    partial = (await hear(demo, question)).text
    branch = (*question.messages, {"role": "assistant", "content": partial})
    rest = await hear(demo, Call("demo", branch, {}, "alice", continuing=True))
    assert rest.error is None
    assert partial + rest.text in replies_to(question.messages[0]["content"])


async def test_it_stops_at_the_tokens_that_it_was_given(demo: Upstream) -> None:
    heard = await hear(demo, Call("demo", ask("everything").messages, {"max_tokens": 7}, "alice"))
    assert heard.finish_reason == "length"
    assert heard.usage is not None
    assert heard.usage["completion_tokens"] == 7


async def test_it_can_be_left_in_the_middle(demo: Upstream) -> None:
    async with asyncio.timeout(2):
        await read_one(demo, ask("demo: fail stall"))


async def test_it_makes_titles(demo: Upstream) -> None:
    assert await demo.title("demo", "how do I cook rice? demo: slow", "alice") == "How do I cook rice"
    assert title_of("demo: fail 500") == "A conversation with the demo model"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Explain how DNS works, with a table of the record types", "Explain how DNS works"),
        ("compare SSE and WebSockets in a few sentences", "Compare SSE and WebSockets in a few"),
        ("Write a letter to the editor of the paper", "Write a letter to the editor"),
        ("计划一次三天的山间徒步。请简短。", "计划一次三天的山间徒步"),
        ("What is new in Python 3.11?", "What is new in Python 3.11"),
    ],
)
def test_its_titles_end_with_a_phrase(question: str, title: str) -> None:
    assert title_of(question) == title


def test_it_answers_differently_to_different_questions() -> None:
    questions = [
        "hi",
        "how are you?",
        "help",
        "thanks",
        "a table",
        "some code",
        "a list",
        "a poem",
        "你好",
        "rice",
    ]
    assert len({replies_to(question)[0].splitlines()[-1] for question in questions}) == len(questions)


def test_it_shows_all_that_a_page_can_do() -> None:
    tour = replies_to("Show me what you have")[0]
    for sign in (
        "## ",
        "|:--",
        "   - ",
        "- [x] ",
        "```python",
        "```javascript",
        "> ",
        "](https://",
        "中文",
        "😀",
    ):
        assert sign in tour


def test_a_long_reply_has_exactly_its_length() -> None:
    assert len(long_reply("tea")) == LONG_CHARS


def test_an_unknown_beginning_is_gone_on_with_plausibly() -> None:
    assert rest_of("Something else entirely.", ["A reply"]).startswith(" And")


def test_nothing_heavy_is_imported_before_the_first_call() -> None:
    program = "import sys, django; django.setup(); import chat.upstream; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"openai", "httpx2", "aiohttp"} & set(done.stdout.split())


async def test_it_names_the_files_that_it_was_given_and_answers_the_words(demo: Upstream) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 8000}}
    text = {"type": "text", "text": '<attachment name="a.md">\nCats and `dogs`.\n</attachment>'}
    words = {"type": "text", "text": "demo: fast what is in these?"}
    heard = await hear(
        demo, Call("demo", ({"role": "user", "content": [text, picture, words]},), {}, "alice")
    )
    assert "- **a.md**, 16 characters, which begin `Cats and 'dogs'.`" in heard.text
    assert "an image of 6 KB" in heard.text
    assert "> what is in these?" in heard.text
    assert "<attachment" not in heard.text
