"""The forms in which conversations are taken out: each makes bytes of one conversation after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat import portable
from chat.portable import table
from chat.review.taking_out import Taken


@dataclass(frozen=True, slots=True)
class Form:
    """`not_whole` makes the last bytes of a file that ends too early: the file itself says so."""

    key: str
    name: str | Promise
    content_type: str
    ending: str
    encode: Callable[[Taken], Iterator[bytes]]
    not_whole: Callable[[str], bytes]
    opening: bytes = b""

    def file_name(self) -> str:
        return f"conversations-{timezone.localdate():%Y-%m-%d}.{self.ending}"


def _lines(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _document(taken: Taken) -> Iterator[bytes]:
    """As its owner exports it, so that it can be imported again; with what reviewers made of it."""
    messages = {key: value for key, value in taken.judged.items() if key}
    whole = taken.judged.get("", {})
    yield _lines(
        portable.as_document(taken.conversation, timezone.now())
        | {
            "user": taken.user,
            "review": {
                "verdict": whole.get("verdict"),
                "labels": whole.get("labels", []),
                "flags": taken.flags,
                "messages": messages,
            },
        }
    )


def _table(taken: Taken) -> Iterator[bytes]:
    yield table.rows_of(taken.conversation, taken.user, taken.judged).encode()


def _markdown(taken: Taken) -> Iterator[bytes]:
    key = taken.conversation["id"]
    yield f"<!-- {key} · {taken.user} -->\n\n{portable.as_markdown(taken.conversation)}\n---\n\n".encode()


def _chat(taken: Taken) -> Iterator[bytes]:
    found = portable.as_chat(taken.conversation)
    if found is not None:
        yield _lines(found)


def _samples(taken: Taken) -> Iterator[bytes]:
    for sample in portable.as_samples(taken.conversation, taken.judged):
        yield _lines(sample)


def _error_line(why: str) -> bytes:
    """A tool that wants another kind of line stops here, as it should."""
    return _lines({"error": "not whole", "message": why})


def _in_markdown(why: str) -> bytes:
    return f"> **{_('Not whole')}**: {why}\n".encode()


FORMS: Final = {
    form.key: form
    for form in (
        Form(
            "jsonl",
            gettext_lazy("JSONL: one conversation a line, with all branches"),
            "application/jsonl; charset=utf-8",
            "jsonl",
            _document,
            _error_line,
        ),
        Form(
            "csv",
            gettext_lazy("CSV: one message a line"),
            "text/csv; charset=utf-8",
            "csv",
            _table,
            lambda why: table.remark(f"{_('Not whole')}: {why}").encode(),
            table.header().encode(),
        ),
        Form(
            "markdown",
            gettext_lazy("Markdown: to read, the branch that is shown"),
            "text/markdown; charset=utf-8",
            "md",
            _markdown,
            _in_markdown,
        ),
        Form(
            "messages",
            gettext_lazy("Chat messages in JSONL, for fine-tuning"),
            "application/jsonl; charset=utf-8",
            "messages.jsonl",
            _chat,
            _error_line,
        ),
        Form(
            "evaluation",
            gettext_lazy("Samples in JSONL, for evaluations"),
            "application/jsonl; charset=utf-8",
            "samples.jsonl",
            _samples,
            _error_line,
        ),
    )
}
