"""What a page says of a reply: how it ended, how fast it was, and what may be done with it."""

from typing import Any

import pytest
from django.utils import translation

from chat.shown.branch import branch_through
from chat.shown.message import Shown, show
from chat.upstream.context import cut_notice
from chat.upstream.errors import rejected
from chat.upstream.request import dropped_notice, request_of

REQUEST = request_of("demo", [], {"max_tokens": 9, "top_k": 1})


def shown(*, answered: bool = False, **fields: Any) -> Shown:
    message = {
        "id": "reply",
        "conversation": "one",
        "parent": None,
        "role": "assistant",
        "content": "So *far*.",
        "reasoning": "",
        "status": "complete",
        "model": "demo",
        "finish_reason": "stop",
        "usage": None,
        "error": None,
        "cut_off": None,
        "notices": [],
        "started": None,
        "first_token": None,
        "first_text": None,
        "ended": None,
    } | fields
    below = [message | {"id": "below", "parent": "reply"}] if answered else []
    return show(branch_through([message, *below], "reply").steps(slice(1))[0])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, ""),
        ({"status": "streaming"}, ""),
        ({"status": "stopped"}, "You stopped this reply."),
        (
            {"status": "interrupted"},
            "The connection was lost or the server restarted; this is what had arrived.",
        ),
        (
            {"status": "interrupted", "cut_off": "left"},
            "The connection was lost while the page was closed; this is what had arrived.",
        ),
        (
            {"status": "interrupted", "cut_off": "left", "content": ""},
            "The connection was lost while the page was closed; nothing had arrived yet.",
        ),
        (
            {"status": "interrupted", "cut_off": "drain"},
            "The server restarted while this reply was being written; this is what had arrived.",
        ),
        (
            {"status": "interrupted", "cut_off": "crash"},
            "The server crashed while this reply was being written; this is what had arrived.",
        ),
        (
            {"status": "interrupted", "cut_off": "crash", "content": ""},
            "The server crashed before the reply began.",
        ),
        (
            {"status": "stopped", "error": {"code": "deleted"}},
            "This reply was stopped when it was deleted.",
        ),
        (
            {"status": "failed", "error": {"message": "No such model."}},
            "No such model.",
        ),
        (
            {"status": "failed", "error": {"code": "upstream_unreachable", "message": "…"}},
            "The model’s provider failed: it cannot be reached.",
        ),
        (
            {
                "status": "failed",
                "error": {
                    "code": "upstream_rejected",
                    "message": "The model's provider refused the request: No.",
                },
            },
            "The model’s provider failed: it refused the request: No.",
        ),
        ({"status": "failed"}, "The model’s provider failed."),
        ({"finish_reason": "length"}, "Cut at the length limit."),
        ({"finish_reason": "content_filter"}, "The provider’s content filter ended this reply."),
    ],
)
def test_a_reply_says_honestly_how_it_ended(fields: dict[str, Any], sentence: str) -> None:
    assert shown(**fields).note == sentence


@pytest.mark.parametrize("status", ["stopped", "interrupted", "failed"])
def test_a_reply_that_was_cut_off_may_be_continued(status: str) -> None:
    assert shown(status=status).may_continue


def test_a_reply_that_was_cut_at_the_length_limit_may_be_continued() -> None:
    assert shown(finish_reason="length").may_continue


def test_a_whole_reply_is_not_continued() -> None:
    assert not shown().may_continue
    assert not shown(status="streaming", finish_reason=None).may_continue


def test_a_reply_with_answers_below_it_is_not_continued() -> None:
    assert not shown(status="stopped", answered=True).may_continue


@pytest.mark.parametrize("status", ["stopped", "interrupted", "failed"])
def test_what_never_became_a_reply_may_be_tried_again(status: str) -> None:
    assert shown(status=status, content="").try_again
    assert shown(status=status).try_again is (status == "failed")
    assert not shown().try_again


def test_times_and_speed_are_told_as_far_as_they_are_known() -> None:
    times: dict[str, Any] = {
        "started": "2026-01-01T10:00:00Z",
        "first_token": "2026-01-01T10:00:00.400000Z",
        "ended": "2026-01-01T10:00:02.400000Z",
    }
    assert shown().timing == ""
    assert shown(**times).timing == "first word after 0.4 s"
    assert (
        shown(**times, usage={"completion_tokens": 100}).timing
        == "first word after 0.4 s · 100 tokens · 50 tokens/s"
    )
    assert shown(usage={"completion_tokens": 1}).timing == "1 token"


@pytest.mark.parametrize(
    ("notice", "sentence"),
    [
        ({"code": "of_tomorrow", "message": "Something was left out."}, "Something was left out."),
        (cut_notice(1), "模型的上下文长度不足以容纳整个对话：最早的 1 条消息未发送。"),
        (cut_notice(3), "模型的上下文长度不足以容纳整个对话：最早的 3 条消息未发送。"),
        (dropped_notice("stream_options", REQUEST), "模型服务方未报告回复所用的词元数。"),
        (dropped_notice("top_k", REQUEST), "模型不接受所设的 top_k，已在没有它的情况下生成回复。"),
        (
            dropped_notice("max_tokens", REQUEST.without("max_tokens", "Use max_completion_tokens.")),
            "模型不接受 max_tokens，已改用 max_completion_tokens。",
        ),
    ],
)
def test_what_was_left_out_is_told_in_the_readers_language(notice: dict[str, Any], sentence: str) -> None:
    with translation.override("zh-hans"):
        assert shown(notices=[notice]).notices == (sentence,)


@pytest.mark.parametrize("count", [1, 2])
def test_what_was_left_out_is_told_to_programs_in_the_same_words(count: int) -> None:
    assert shown(notices=[cut_notice(count)]).notices == (cut_notice(count)["message"],)


def test_a_providers_own_words_stand_in_a_chinese_sentence() -> None:
    error = rejected("No cats.").as_dict()
    with translation.override("zh-hans"):
        assert shown(status="failed", error=error).note == "模型服务出错：请求被拒绝，原因：No cats."


def test_markdown_becomes_html_in_replies_only() -> None:
    assert "<em>far</em>" in str(shown().html)
    assert shown(role="user", status="complete").html == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_text": "2026-01-01T10:00:12.100000Z"}, "Thought for 12 s"),
        ({"first_text": "2026-01-01T10:02:05Z"}, "Thought for 2 min 5 s"),
        ({"first_text": None, "content": "", "status": "stopped"}, "Thought for 30 s"),
        ({"first_text": "2026-01-01T10:00:00.300000Z"}, "Reasoning"),
        ({"first_token": None}, "Reasoning"),
        ({"status": "streaming", "ended": None, "content": ""}, "Thinking…"),
        ({"status": "streaming", "ended": None}, "Reasoning"),
        ({"reasoning": ""}, ""),
    ],
)
def test_the_fold_over_the_reasoning_says_how_long_it_thought(fields: dict[str, Any], words: str) -> None:
    times = {"first_token": "2026-01-01T10:00:00Z", "ended": "2026-01-01T10:00:30Z"}
    assert shown(**({"reasoning": "Let me see."} | times | fields)).thought == words


def test_tools_that_were_called_are_shown_with_their_arguments() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
    broken = {"id": "b", "type": "function", "function": {"name": "time", "arguments": "{not JSON"}}
    calls = shown(tool_calls=[call, broken]).calls
    assert [(one.name, one.arguments) for one in calls] == [
        ("weather", '{\n  "city": "Rome"\n}'),
        ("time", "{not JSON"),
    ]


def test_a_picture_by_its_address_is_told_and_never_fetched() -> None:
    link = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    assert shown(role="user", parts=[link, {"type": "input_audio"}]).parts == (
        "Image: https://example.org/a.png",
        "Part of the kind input_audio",
    )


def test_what_a_tool_answered_has_no_buttons_of_a_question() -> None:
    result = shown(role="tool", tool_call_id="a")
    assert not result.try_again
    assert not result.may_continue
