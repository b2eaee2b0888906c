"""Titles: cleaned, beside the replies, and never a failure."""

import asyncio
import json

import pytest
from fakes.upstream_calls import Connect, call, hear
from scripted_upstream import ScriptedUpstream

from chat.upstream import Upstream
from chat.upstream.title import clean, title_in


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Cooking rice", "Cooking rice"),
        ('"Cooking rice."', "Cooking rice"),
        ("Title: Cooking rice", "Cooking rice"),
        ("**Title:** «Cooking rice»", "Cooking rice"),
        ("# Cooking rice\n\nThis title says…", "Cooking rice"),
        ("\n\n  Cooking \t rice  \n", "Cooking rice"),
        ("标题很好", "标题很好"),
        ("Cook\x00ing\u202e rice", "Cooking rice"),
        ("\u2066Cooking\u2069\u200f \u200brice\ufeff", "Cooking rice"),
        ("A day with 👨\u200d👩\u200d👧 and ❤\ufe0f", "A day with 👨\u200d👩\u200d👧 and ❤\ufe0f"),
        ("پختن برنج می\u200cخواهم", "پختن برنج می\u200cخواهم"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("\u200d\u200c", ""),
        ("", ""),
        ("\n", ""),
    ],
)
def test_a_title_is_one_clean_line(said: str, title: str) -> None:
    assert clean(said) == title


def test_a_long_title_is_cut_at_a_word() -> None:
    assert clean("word " * 40) == "word " * 15 + "word…"
    assert len(clean("w" * 200)) == 80
    assert clean("w" * 78 + "👨\u200d👩") == "w" * 78 + "👨…"


def test_thinking_is_no_title() -> None:
    message = {"content": "<think>What could it be?</think>\nCooking rice"}
    assert title_in(json.dumps({"choices": [{"message": message}]}).encode()) == "Cooking rice"


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b'{"choices": []}', b'{"error": {"message": "x"}}'])
def test_an_odd_answer_is_no_title(body: bytes) -> None:
    assert title_in(body) == ""


async def test_a_title_is_asked_for_without_streaming(provider: ScriptedUpstream, upstream: Upstream) -> None:
    assert await upstream.title("scripted", "How do I cook rice?", "alice") == "A scripted title"
    body = provider.log[-1].body
    assert "title" in body["messages"][0]["content"]
    assert body["messages"][1] == {"role": "user", "content": "How do I cook rice?"}
    assert "stream" not in body


async def test_a_question_whose_beginning_is_half_a_script_gets_a_title_too(upstream: Upstream) -> None:
    question = f"script: {json.dumps({'text': 'w' * 9000})}"
    assert await upstream.title("scripted", question, "alice") == "A scripted title"


async def test_a_provider_that_fails_gives_no_title_and_is_not_asked_twice(
    provider: ScriptedUpstream, connect: Connect
) -> None:
    upstream = await connect(provider.url, listed=("scripted",), max_retries=2)
    assert await upstream.title("scripted", 'script:{"title_fail": 500}', "alice") == ""
    assert len(provider.log) == 1


async def test_a_title_never_goes_before_a_waiting_reply(
    provider: ScriptedUpstream, connect: Connect
) -> None:
    upstream = await connect(provider.url, listed=("scripted",), concurrency=1)
    first = asyncio.create_task(hear(upstream, call(hold=1)))
    await provider.until(calls=1, pieces=1)
    title = asyncio.create_task(upstream.title("scripted", "Hello", "alice"))
    await asyncio.sleep(0)
    second = asyncio.create_task(hear(upstream, call(user="bob")))
    await asyncio.sleep(0)
    provider.release()
    await asyncio.gather(first, title, second)
    assert [entry.title for entry in provider.log] == [False, False, True]
