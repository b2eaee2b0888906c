"""ChatGPT's conversations become ours: branches, thinking, pictures, times. What is hostile is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation
from fakes.chatgpt_export import NOON, conversation, node, root, simple

from chat.imported import ImportedConversation
from chat.portable import Bounds, Unreadable, convert

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BOUNDS = Bounds(now=NOW, question=1000, reply=2000)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def read(value: Any) -> ImportedConversation:
    return convert(value, BOUNDS)


def shape(found: ImportedConversation) -> list[tuple[int | None, str, str]]:
    return [(message.parent, message.role, message.content) for message in found.messages]


def test_a_question_and_its_answer() -> None:
    found = read(simple())
    assert shape(found) == [(None, "user", "Question 1?"), (0, "assistant", "Answer 1.")]
    assert found.messages[1].model == "gpt-4o"
    assert found.messages[0].created == datetime.fromtimestamp(NOON, UTC)
    assert (found.title, found.source) == ("Number 1", "chatgpt:6553f8a0-aaaa-8000-bbbb-000000000001")
    assert (found.created, found.updated) == (
        datetime.fromtimestamp(NOON, UTC),
        datetime.fromtimestamp(NOON + 600, UTC),
    )
    assert found.active == 1


def test_the_old_shape_has_its_id_elsewhere_and_no_archive() -> None:
    old = simple()
    old["id"] = old.pop("conversation_id")
    del old["is_archived"]
    assert read(old).source == "chatgpt:6553f8a0-aaaa-8000-bbbb-000000000001"


def test_all_branches_are_kept_and_the_current_one_is_shown() -> None:
    found = read(
        conversation(
            {
                "r": root(),
                "q": node("r", text="One?", at=NOON),
                "a": node("q", "assistant", "First.", at=NOON + 1),
                "b": node("q", "assistant", "Second.", at=NOON + 2),
                "e": node("r", text="Edited?", at=NOON + 3),
                "c": node("e", "assistant", "Third.", at=NOON + 4),
            },
            current="a",
        )
    )
    assert shape(found) == [
        (None, "user", "One?"),
        (0, "assistant", "First."),
        (0, "assistant", "Second."),
        (None, "user", "Edited?"),
        (3, "assistant", "Third."),
    ]
    assert found.active == 1


def test_thinking_and_calls_of_tools_become_the_reasoning_of_the_answer() -> None:
    thoughts = {
        "content_type": "thoughts",
        "thoughts": [{"summary": "Looking", "content": "Where are hills?", "chunks": []}],
    }
    found = read(
        conversation(
            {
                "r": root(),
                "q": node("r", text="Where?", at=NOON),
                "t": node("q", "assistant", content=thoughts),
                "s": node(
                    "t",
                    "assistant",
                    content={"content_type": "code", "language": "unknown", "text": "search('hills')"},
                    recipient="web",
                ),
                "w": node("s", "tool", content={"content_type": "tether_quote", "text": "Long page."}),
                "p": node(
                    "w", "assistant", content={"content_type": "reasoning_recap", "content": "For 5 s"}
                ),
                "a": node("p", "assistant", "Here \ue200cite\ue202turn0search1\ue201."),
            },
            current="a",
        )
    )
    assert shape(found) == [(None, "user", "Where?"), (0, "assistant", "Here .")]
    assert found.messages[1].reasoning == ("Looking\n\nWhere are hills?\n\nweb: search('hills')\n\nFor 5 s")


def test_one_turn_in_several_pieces_is_one_reply() -> None:
    found = read(
        conversation(
            {
                "q": node(None, text="Draw."),
                "a": node("q", "assistant", "I draw it."),
                "t": node(
                    "a",
                    "tool",
                    content={
                        "content_type": "multimodal_text",
                        "parts": [
                            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}
                        ],
                    },
                ),
                "b": node("t", "assistant", "There it is."),
            },
            current="b",
        )
    )
    assert shape(found) == [
        (None, "user", "Draw."),
        (0, "assistant", "I draw it.\n\n[image]\n\nThere it is."),
    ]


def test_pieces_are_not_joined_where_the_tree_forks() -> None:
    found = read(
        conversation(
            {
                "q": node(None, text="Go."),
                "a": node("q", "assistant", "One"),
                "b": node("a", "assistant", "two"),
                "c": node("a", "assistant", "three"),
            }
        )
    )
    assert shape(found)[1:] == [(0, "assistant", "One"), (1, "assistant", "two"), (1, "assistant", "three")]


def test_pictures_files_and_voice_are_noted() -> None:
    content = {
        "content_type": "multimodal_text",
        "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://y"},
            {"content_type": "audio_transcription", "text": "Spoken."},
            {"content_type": "audio_asset_pointer"},
            "What is this?",
        ],
    }
    attachments = [
        {"name": "photo.png", "mime_type": "image/png"},
        {"name": "plan.pdf", "mime_type": "application/pdf"},
    ]
    found = read(conversation({"q": node(None, content=content, attachments=attachments)}))
    assert found.messages[0].content == "[image]\n\nSpoken.\n\nWhat is this?\n\n[file: plan.pdf]"


def test_code_is_fenced() -> None:
    content = {"content_type": "code", "language": "python", "text": "print('```')"}
    found = read(conversation({"q": node(None, text="?"), "a": node("q", "assistant", content=content)}))
    assert found.messages[1].content == "````python\nprint('```')\n````"


def test_how_an_answer_ended_is_kept() -> None:
    def ending(**fields: Any) -> tuple[str, str | None]:
        value = conversation({"q": node(None, text="?"), "a": node("q", "assistant", "Half", **fields)})
        last = read(value).messages[1]
        return last.status, last.finish_reason

    assert ending(finish_details={"type": "stop"}) == ("complete", None)
    assert ending(finish_details={"type": "interrupted"}) == ("stopped", None)
    assert ending(finish_details={"type": "max_tokens"}) == ("complete", "length")
    assert ending(status="in_progress") == ("interrupted", None)


def test_a_question_without_an_answer_can_be_answered() -> None:
    found = read(conversation({"q": node(None, text="Hello?")}, current="q"))
    assert shape(found) == [(None, "user", "Hello?"), (0, "assistant", "")]
    assert (found.messages[1].status, found.active) == ("interrupted", 1)


def test_times_that_cannot_be_are_replaced() -> None:
    wrongs: tuple[Any, ...] = (None, "yesterday", float("inf"), -1e300, 1e300, 10**400, True, -5, {})
    for wrong in wrongs:
        value = simple(create_time=wrong, update_time=wrong)
        value["mapping"]["a"]["message"]["create_time"] = wrong
        found = read(value)
        assert found.messages[1].created == found.messages[0].created
    assert read(simple(update_time=NOW.timestamp() + 1e6)).updated == NOW


def test_what_no_database_holds_is_replaced() -> None:
    value = simple(title="a\x00b\ud800c")
    value["mapping"]["a"]["message"]["content"]["parts"] = ["x\x00y\udfffz"]
    found = read(value)
    assert found.title == "a\ufffdb\ufffdc"
    assert found.messages[1].content == "x\ufffdy\ufffdz"


def test_a_very_deep_tree_is_read() -> None:
    mapping = {"0": root()}
    for number in range(1, 5001):
        role = "user" if number % 2 else "assistant"
        mapping[str(number)] = node(str(number - 1), role, f"{number}")
    assert len(read(conversation(mapping, "5000")).messages) == 5000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "not a conversation"),
        ({"a": 1}, "not a conversation"),
        ({"mapping": {}}, "no id"),
        (simple(conversation_id=["x"]), "no id"),
        (simple(conversation_id="x" * 200), "no id"),
        (simple(mapping=[]), "missing"),
        (simple(mapping={}), "no message"),
        (simple(mapping={"a": 5}), "cannot be read"),
        (simple(mapping={"a": {"parent": 5}}), "missing"),
        (simple(mapping={"a": {"parent": "gone"}}), "missing"),
        (simple(mapping={"a": {"parent": "b"}, "b": {"parent": "a"}}), "circle"),
        (simple(mapping={"a": {"parent": "a"}}), "circle"),
        (simple(mapping={"q": node(None, text="x" * 1001)}), "longer than 1,000"),
        (simple(mapping={str(number): {"parent": None} for number in range(20_001)}), "more than 20,000"),
    ],
)
def test_what_cannot_be_read_says_why(value: Any, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(value)


@pytest.mark.parametrize(
    "message",
    [
        5,
        [],
        {},
        {"author": 5, "content": 5},
        {"author": {"role": "user"}, "content": {"content_type": "text", "parts": {"a": 1}}},
        {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [5, None, [], {}]}},
        {"author": {"role": "assistant"}, "content": {"content_type": "thoughts", "thoughts": [5, {}]}},
        {"author": {"role": "assistant"}, "content": {"content_type": "code", "text": 5, "language": []}},
        {"author": {"role": ["user"]}, "content": {"content_type": ["text"], "parts": ["x"]}, "metadata": 5},
        {"author": {"role": "user"}, "content": {}, "metadata": {"attachments": [5, {"name": 5}]}},
    ],
)
def test_a_node_of_any_shape_is_passed_over(message: Any) -> None:
    value = simple()
    value["mapping"]["a"]["message"] = message
    assert [message.content for message in read(value).messages] == ["Question 1?", ""]
