"""One call, over a real connection to a provider that behaves."""

from fakes.upstream_calls import call, hear
from scripted_upstream import ScriptedUpstream

from chat.upstream import Call, Upstream
from chat.upstream.context import CONTINUE


async def test_a_reply_is_read_to_its_end(upstream: Upstream) -> None:
    heard = await hear(upstream, call(text="Hello 世界 😀", tokens=4, reasoning="Let me think."))
    assert heard.error is None
    assert (heard.reasoning, heard.text, heard.finish_reason) == ("Let me think.", "Hello 世界 😀", "stop")
    assert heard.usage is not None
    assert heard.usage["completion_tokens"] == 3


async def test_newer_providers_call_thinking_reasoning(upstream: Upstream) -> None:
    heard = await hear(upstream, call(reasoning="Let me think.", reasoning_field="reasoning"))
    assert heard.reasoning == "Let me think."


async def test_thinking_in_the_text_becomes_reasoning_however_it_is_cut(upstream: Upstream) -> None:
    heard = await hear(upstream, call(text="<think>one\ntwo</think>\n\nThree.", tokens=100))
    assert (heard.reasoning, heard.text) == ("one\ntwo", "Three.")


async def test_bytes_split_anywhere_with_any_line_ending_are_the_same_reply(upstream: Upstream) -> None:
    for eol in ("\n", "\r", "\r\n"):
        heard = await hear(upstream, call(text="世界😀é", tokens=2, write=3, eol=eol, comments=True))
        assert (heard.text, heard.error) == ("世界😀é", None)


async def test_halves_of_a_character_pass_through(upstream: Upstream) -> None:
    assert (await hear(upstream, call(pieces=["a\ud83d", "\ude00b"]))).text == "a\ud83d\ude00b"


async def test_ends_that_are_no_ends_are_told(upstream: Upstream) -> None:
    for reason in ("length", "content_filter", "tool_calls"):
        assert (await hear(upstream, call(finish_reason=reason))).finish_reason == reason


async def test_a_missing_done_after_the_finish_reason_is_harmless(upstream: Upstream) -> None:
    heard = await hear(upstream, call(done=False))
    assert (heard.finish_reason, heard.error) == ("stop", None)


async def test_a_server_that_ignores_stream_gives_the_whole_reply(upstream: Upstream) -> None:
    heard = await hear(upstream, call(fail="json", text="All at once.", reasoning="Hm."))
    assert (heard.text, heard.reasoning, heard.finish_reason) == ("All at once.", "Hm.", "stop")
    assert heard.error is None


async def test_the_request_says_what_was_asked(provider: ScriptedUpstream, upstream: Upstream) -> None:
    params = {"temperature": 0.5, "max_tokens": 7, "made_up": {"x": 1}, "model": "other", "stream": False}
    await hear(upstream, call("Hello", params=params))
    body = provider.calls[0].body
    assert body == {
        "model": "scripted",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 7,
        "made_up": {"x": 1},
    }


async def test_going_on_sends_the_partial_reply_and_an_instruction(
    provider: ScriptedUpstream, upstream: Upstream
) -> None:
    branch = ({"role": "user", "content": "A story"}, {"role": "assistant", "content": "Once upon a"})
    await hear(upstream, Call("scripted", branch, {}, "alice", continuing=True))
    assert provider.calls[0].body["messages"] == [*branch, {"role": "user", "content": CONTINUE}]


async def test_a_complete_reply_leaves_its_connection_for_the_next_one(
    provider: ScriptedUpstream, upstream: Upstream
) -> None:
    for _ in range(3):
        await hear(upstream, call())
    assert provider.connections == 1
