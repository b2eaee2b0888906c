"""The shapes for fine-tuning and evaluations: complete replies only, and ideals only where judged good."""

from typing import Any

from chat import portable


def conversation(*said: tuple[str, str, dict[str, Any]], prompt: str = "") -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    for role, content, fields in said:
        messages.append(
            {
                "id": f"m{len(messages)}",
                "parent": f"m{len(messages) - 1}" if messages else None,
                "role": role,
                "content": content,
                "status": "complete",
                "model": "demo",
                "finish_reason": "stop",
                "feedback": None,
                **fields,
            }
        )
    return {"id": "c", "system_prompt": prompt, "active": messages[-1]["id"], "messages": messages}


def liked(rating: int) -> dict[str, Any]:
    return {"feedback": {"rating": rating, "comment": None}}


def test_the_shown_branch_becomes_chat_messages_and_nothing_else() -> None:
    found = portable.as_chat(conversation(("user", "Hi", {}), ("assistant", "Hello", {}), prompt="Be short."))
    assert found == {
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
        ]
    }


def test_it_ends_with_the_last_complete_reply() -> None:
    found = portable.as_chat(
        conversation(
            ("user", "a", {}),
            ("assistant", "b", {}),
            ("user", "c", {}),
            ("assistant", "half", {"status": "stopped"}),
        )
    )
    assert found is not None
    assert [message["content"] for message in found["messages"]] == ["a", "b"]


def test_a_question_whose_reply_stayed_empty_is_left_out() -> None:
    found = portable.as_chat(
        conversation(
            ("user", "a", {}),
            ("assistant", "", {"status": "failed"}),
            ("user", "a", {}),
            ("assistant", "b", {}),
        )
    )
    assert found is not None
    assert [message["role"] for message in found["messages"]] == ["user", "assistant"]


def test_a_conversation_without_a_complete_reply_gives_nothing() -> None:
    failed = conversation(("user", "a", {}), ("assistant", "", {"status": "failed"}))
    assert portable.as_chat(failed) is None
    assert list(portable.as_samples(failed, {})) == []


def test_each_judged_reply_is_a_sample_and_a_liked_one_an_ideal() -> None:
    found = list(
        portable.as_samples(
            conversation(
                ("user", "a", {}),
                ("assistant", "b", liked(1)),
                ("user", "c", {}),
                ("assistant", "d", liked(-1)),
                ("user", "e", {}),
                ("assistant", "f", {}),
            ),
            {},
        )
    )
    assert [(sample["output"], sample["ideal"]) for sample in found] == [("b", "b"), ("d", None)]
    assert [message["content"] for message in found[1]["input"]] == ["a", "b", "c"]
    assert found[0]["metadata"]["rating"] == 1


def test_of_an_unjudged_conversation_the_last_reply_is_the_sample() -> None:
    source = conversation(
        ("user", "a", {}), ("assistant", "b", {}), ("user", "c", {}), ("assistant", "d", {})
    )
    assert [(sample["output"], sample["ideal"]) for sample in portable.as_samples(source, {})] == [
        ("d", None)
    ]


def test_a_reviewers_verdict_decides_before_a_users_rating() -> None:
    source = conversation(("user", "a", {}), ("assistant", "b", liked(1)))
    (poor,) = portable.as_samples(source, {"m1": {"verdict": "poor", "labels": ["tone"]}})
    assert (poor["ideal"], poor["metadata"]["verdict"], poor["metadata"]["labels"]) == (
        None,
        "poor",
        ["tone"],
    )
    disliked = conversation(("user", "a", {}), ("assistant", "b", liked(-1)))
    (useful,) = portable.as_samples(disliked, {"": {"verdict": "useful", "labels": []}})
    assert useful["ideal"] == "b"


def test_tool_turns_go_along_whole_or_not_at_all() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turn: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("user", "a", {}),
        ("assistant", "", {"tool_calls": [call]}),
        ("tool", "5", {"tool_call_id": "c1"}),
        ("assistant", "b", {}),
    )
    assert portable.as_chat(conversation(*turn)) == {
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "content": "5", "tool_call_id": "c1"},
            {"role": "assistant", "content": "b"},
        ]
    }
    unanswered = conversation(*turn[:2], *turn[3:])
    assert portable.as_chat(unanswered) == {
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    }
