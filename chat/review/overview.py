"""A conversation in a few figures: by what and from where it was written, and what it took."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chat.models import Completion, Flag


@dataclass(frozen=True, slots=True)
class Overview:
    """Of the whole conversation, all its branches."""

    completions: int
    models: tuple[str, ...]
    sources: tuple[str, ...]
    tokens_read: int
    tokens_written: int
    flags: int
    open_flags: int


def overview_of(conversation: UUID) -> Overview:
    """Two queries. Not from its digest, which is some seconds behind."""
    rows = Completion.objects.filter(message__conversation=conversation).order_by("id")
    calls = list(rows.values_list("model", "source", "usage"))
    flags = list(Flag.objects.filter(conversation=conversation).values_list("resolved", flat=True))
    usages = [usage for _model, _source, usage in calls if isinstance(usage, dict)]
    return Overview(
        completions=len(calls),
        models=_different(model for model, _source, _usage in calls),
        sources=_different(source for _model, source, _usage in calls),
        tokens_read=sum(_count(usage.get("prompt_tokens")) for usage in usages),
        tokens_written=sum(_count(usage.get("completion_tokens")) for usage in usages),
        flags=len(flags),
        open_flags=flags.count(None),
    )


def _different(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _count(tokens: object) -> int:
    return tokens if isinstance(tokens, int) and tokens > 0 else 0
