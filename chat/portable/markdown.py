"""The branch that is shown as one readable Markdown document."""

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chat.portable.branch import branch_to

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_FENCE = re.compile(r"^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_FOLD = re.compile(r"<(/?)(details|summary)\b", re.IGNORECASE)


def as_markdown(conversation: dict[str, Any], *, reasoning: bool = True) -> str:
    """Title, date, model, and the active branch; the model's thinking folded away, or left out."""
    branch = branch_to(conversation["messages"], conversation["active"])
    pieces = [f"# {_line(conversation['title'] or _('New chat'))}", _facts(conversation, branch)]
    if conversation["system_prompt"]:
        pieces += [f"## {_('System prompt')}", _closed(conversation["system_prompt"])]
    for message in branch:
        pieces += _message(message, reasoning=reasoning)
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def how_it_ended(message: dict[str, Any]) -> str:
    """In words for somebody who was not there; empty for what is simply complete."""
    match message["status"]:
        case "streaming":
            return _("This reply was still being written.")
        case "stopped":
            return _("This reply was stopped.")
        case "interrupted":
            return _("This reply was interrupted; this is what had arrived.")
        case "failed":
            return _("This reply failed; this is what had arrived.")
    match message.get("finish_reason"):
        case "length":
            return _("This reply was cut at the length limit.")
        case "content_filter":
            return _("The provider’s content filter ended this reply.")
    return ""


def _facts(conversation: dict[str, Any], branch: list[dict[str, Any]]) -> str:
    moment = datetime.fromisoformat(conversation["created"]).strftime("%Y-%m-%d %H:%M UTC")
    facts = [f"- {_('Date')}: {moment}"]
    models = list(dict.fromkeys(message["model"] for message in branch if message["model"]))
    if models:
        facts.append(f"- {_('Model')}: {', '.join(map(_line, models))}")
    return "\n".join(facts)


def _message(message: dict[str, Any], *, reasoning: bool) -> list[str]:
    pieces = [f"## {_heading(message)}"]
    pieces += [f"- {_('File')}: {_line(file['name'])}" for file in message.get("attachments") or ()]
    if reasoning and message["reasoning"]:
        # A fold in a fold would end this one too early.
        thought = _FOLD.sub(r"&lt;\1\2", message["reasoning"])
        pieces += [f"<details>\n<summary>{_('Reasoning')}</summary>", _closed(thought), "</details>"]
    pieces.append(_closed(message["content"]))
    if note := how_it_ended(message):
        pieces.append(f"> {note}")
    return pieces


def _heading(message: dict[str, Any]) -> str:
    match message["role"]:
        case "user":
            return _("Question")
        case "assistant":
            return f"{_('Answer')} · {_line(message['model'])}" if message["model"] else _("Answer")
        case "system":
            return _("System prompt")
        case _:
            return _("Tool")


def _line(text: str) -> str:
    """Plain text on one line, in which nothing is taken for Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _closed(text: str) -> str:
    """The text as it is; a block of code that was cut off is closed, or it would swallow what follows."""
    opened = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if not found:
            continue
        marks, rest = found.groups()
        if not opened:
            opened = marks
        elif marks[0] == opened[0] and len(marks) >= len(opened) and not rest.strip():
            opened = ""
    return f"{text.rstrip()}\n{opened}" if opened else text.strip("\n")
