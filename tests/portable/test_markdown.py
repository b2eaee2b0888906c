"""The Markdown document: what stands in it, and that nothing in a message changes what stands beside it."""

from typing import Any

from django.utils import translation

from chat import portable


def message(key: str, parent: str | None = None, role: str = "user", **fields: Any) -> dict[str, Any]:
    return {
        "id": key,
        "parent": parent,
        "role": role,
        "content": f"Text of {key}.",
        "reasoning": "",
        "status": "complete",
        "finish_reason": None,
        "model": "demo" if role == "assistant" else None,
        "created": "2026-11-26T12:00:00Z",
        **fields,
    }


def conversation(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "title": "Walks",
        "system_prompt": "",
        "created": "2026-11-26T12:00:00Z",
        "active": messages[-1]["id"] if messages else None,
        "messages": list(messages),
        **fields,
    }


def markdown(*messages: dict[str, Any], reasoning: bool = True, **fields: Any) -> str:
    with translation.override("en"):
        return portable.as_markdown(conversation(*messages, **fields), reasoning=reasoning)


def test_a_conversation_reads_as_a_document() -> None:
    assert markdown(message("q"), message("a", "q", "assistant")) == (
        "# Walks\n\n- Date: 2026-11-26 12:00 UTC\n- Model: demo\n\n"
        "## Question\n\nText of q.\n\n## Answer · demo\n\nText of a.\n"
    )


def test_only_the_branch_that_is_shown_is_in_it() -> None:
    tree = (message("q"), message("a", "q", "assistant"), message("b", "q", "assistant"))
    text = markdown(*tree, active="a")
    assert "Text of a." in text
    assert "Text of b." not in text


def test_reasoning_is_folded_away_or_left_out() -> None:
    tree = (message("q"), message("a", "q", "assistant", reasoning="Hmm. </details> Hm."))
    text = markdown(*tree)
    assert "<details>\n<summary>Reasoning</summary>\n\nHmm. &lt;/details> Hm.\n\n</details>" in text
    assert "Hmm" not in markdown(*tree, reasoning=False)


def test_how_a_reply_ended_is_told() -> None:
    def ending(**fields: Any) -> str:
        return markdown(message("q"), message("a", "q", "assistant", **fields)).splitlines()[-1]

    assert ending(status="stopped") == "> This reply was stopped."
    assert ending(status="interrupted") == "> This reply was interrupted; this is what had arrived."
    assert ending(status="failed") == "> This reply failed; this is what had arrived."
    assert ending(status="streaming") == "> This reply was still being written."
    assert ending(finish_reason="length") == "> This reply was cut at the length limit."
    assert ending(finish_reason="stop") == "Text of a."


def test_code_is_kept_exactly() -> None:
    code = "```python\nif a  <  b:\n\treturn '*_*'\n\n```\n\n~~~\n``` inside\n~~~"
    assert code in markdown(message("q"), message("a", "q", "assistant", content=code))


def test_code_that_was_cut_off_does_not_swallow_what_follows() -> None:
    cut = "````js\nlet a = `x`;\n```\nstill code"
    tree = (message("q"), message("a", "q", "assistant", content=cut, status="stopped"), message("r", "a"))
    assert f"{cut}\n````\n\n> This reply was stopped.\n\n## Question" in markdown(*tree)


def test_names_stay_names() -> None:
    tree = (message("q", attachments=[{"name": "my_*plan*_.pdf"}]),)
    text = markdown(*tree, title="2 * 3 <b>\n# and more")
    assert text.startswith("# 2 \\* 3 \\<b\\> \\# and more\n")
    assert "- File: my\\_\\*plan\\*\\_.pdf\n" in text


def test_an_empty_conversation_is_a_document_too() -> None:
    assert markdown(title="") == "# New chat\n\n- Date: 2026-11-26 12:00 UTC\n"
