"""The branch that is shown, as tools for fine-tuning and for evaluations take it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chat.parts import whole_tool_turns
from chat.portable.branch import branch_to

GOOD: Final = "useful"
"""The verdict by which a reply may stand as what another model should have said."""


def as_chat(conversation: Mapping[str, Any]) -> dict[str, Any] | None:
    """`{"messages": [{"role", "content"}, …]}`, ending with the last complete reply; None without any.

    Nothing else is in it: the tools refuse fields that they do not know. Thinking is left out, and so is
    a question that was never answered.
    """
    branch = branch_to(conversation["messages"], conversation["active"])
    while branch and not _is_answer(branch[-1]):
        branch.pop()
    said = _said(branch)
    return {"messages": _opening(conversation) + said} if said else None


def as_samples(
    conversation: Mapping[str, Any], judged: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """A sample for each complete reply that somebody judged; where there is none, for the last reply.

    `input`: what the model was asked. `output`: what it said. `ideal`: the same, where a user liked it
    or a reviewer found it useful, else null.
    """
    branch = branch_to(conversation["messages"], conversation["active"])
    answers = [place for place, message in enumerate(branch) if place and _is_answer(message)]
    wanted = [place for place in answers if _is_judged(branch[place], judged)] or answers[-1:]
    for place in wanted:
        message = branch[place]
        rating = (message["feedback"] or {}).get("rating")
        own, whole = judged.get(message["id"], {}), judged.get("", {})
        verdict = own.get("verdict") or whole.get("verdict") or None
        liked = (rating == 1 and verdict in (None, "", GOOD)) or verdict == GOOD
        yield {
            "input": _opening(conversation) + _said(branch[:place]),
            "output": message["content"],
            "ideal": message["content"] if liked else None,
            "metadata": {
                "conversation": conversation["id"],
                "message": message["id"],
                "model": message["model"],
                "finish_reason": message["finish_reason"],
                "rating": rating,
                "comment": (message["feedback"] or {}).get("comment"),
                "verdict": verdict,
                "labels": [*whole.get("labels", ()), *own.get("labels", ())],
            },
        }


def _is_answer(message: Mapping[str, Any]) -> bool:
    complete = message["role"] == "assistant" and message["status"] == "complete"
    return complete and bool(message["content"].strip())


def _is_judged(message: Mapping[str, Any], judged: Mapping[str, Mapping[str, Any]]) -> bool:
    rated = (message["feedback"] or {}).get("rating") is not None
    return rated or bool(judged.get(message["id"], {}).get("verdict"))


def _opening(conversation: Mapping[str, Any]) -> list[dict[str, str]]:
    prompt = conversation["system_prompt"]
    return [{"role": "system", "content": prompt}] if prompt else []


def _said(branch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In turns: a question whose reply stayed empty goes with it, as the next question says it again."""
    said: list[dict[str, Any]] = []
    for message in branch:
        role, content, calls = message["role"], message["content"], message.get("tool_calls")
        if role == "assistant" and not content.strip() and not calls:
            if said and said[-1]["role"] == "user":
                said.pop()
            continue
        more = {"tool_calls": calls} if calls else {}
        if role == "tool":
            more = {"tool_call_id": message.get("tool_call_id")}
        said.append({"role": role, "content": content, **more})
    return list(whole_tool_turns(said))
