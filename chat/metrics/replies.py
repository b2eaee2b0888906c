"""What became of replies: how they ended, how long they took, what they used. Told once, at their end."""

from typing import Any, Final, Protocol

from prometheus_client import Counter, Histogram

from chat.metrics.registry import REGISTRY, labelled, model_label

FAST_TO_SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
OF_A_SAVE: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_ended: Final = Counter(
    "chat_replies_ended",
    "Replies that ended in this process: complete, stopped (somebody said so), left (nobody followed any "
    "more), drain (a restart), failed, taken (another process ended it).",
    ["model", "how"],
    registry=REGISTRY,
)
_first_token: Final = Histogram(
    "chat_first_token_seconds",
    "From asking the provider to the first token, of replies that brought any.",
    ["model"],
    buckets=FAST_TO_SLOW,
    registry=REGISTRY,
)
_lasted: Final = Histogram(
    "chat_reply_seconds",
    "From asking the provider to the end that is saved.",
    ["model"],
    buckets=FAST_TO_SLOW,
    registry=REGISTRY,
)
_tokens: Final = Counter(
    "chat_tokens",
    "Tokens as providers count them; of those that do not count, none.",
    ["model", "kind"],
    registry=REGISTRY,
)
_characters: Final = Counter(
    "chat_reply_characters", "Characters that models wrote, thinking included.", ["model"], registry=REGISTRY
)
_failures: Final = Counter(
    "chat_upstream_errors",
    "Replies that failed, by the code of the error that their readers saw.",
    ["model", "cause"],
    registry=REGISTRY,
)
_resumed: Final = Counter(
    "chat_resumes", "Clients that came back to a reply and went on where they were.", registry=REGISTRY
)
_reaped: Final = Counter(
    "chat_replies_reaped", "Replies of dead processes that this one ended.", registry=REGISTRY
)
_saved: Final = Histogram(
    "chat_checkpoint_seconds",
    "How long saving the text of all running replies took, of saves that succeeded.",
    buckets=OF_A_SAVE,
    registry=REGISTRY,
)


class Told(Protocol):
    """`chat.engine.transcript.Ended`, as far as it is counted."""

    @property
    def status(self) -> str: ...
    @property
    def usage(self) -> dict[str, Any] | None: ...
    @property
    def error(self) -> dict[str, Any] | None: ...
    @property
    def cut_off(self) -> str | None: ...


class Ending(Protocol):
    """`chat.engine.ports.Ending`, as far as it is counted."""

    @property
    def ended(self) -> Told: ...
    @property
    def text(self) -> str: ...
    @property
    def reasoning(self) -> str: ...
    @property
    def waited(self) -> float | None: ...
    @property
    def lasted(self) -> float | None: ...


class CountedReplies:
    """`chat.engine.ports.Tally`."""

    def ended(self, model: str, ending: Ending, told: Told) -> None:
        label = model_label(model)
        labelled(_ended, label, _how(ending.ended, told)).inc()
        if told.status == "failed":
            labelled(_failures, label, str((told.error or {}).get("code") or "unknown")).inc()
        labelled(_characters, label).inc(len(ending.text) + len(ending.reasoning))
        for kind in ("prompt", "completion"):
            tokens = (ending.ended.usage or {}).get(f"{kind}_tokens")
            if isinstance(tokens, int) and tokens > 0:
                labelled(_tokens, label, kind).inc(tokens)
        if ending.lasted is not None:
            labelled(_lasted, label).observe(ending.lasted)
        if ending.waited is not None:
            labelled(_first_token, label).observe(ending.waited)

    def saved(self, seconds: float) -> None:
        _saved.observe(seconds)


def resumed() -> None:
    _resumed.inc()


def reaped() -> None:
    _reaped.inc()


def _how(wanted: Told, told: Told) -> str:
    if told.status != wanted.status:
        return "taken"
    if told.status == "interrupted":
        return wanted.cut_off or "taken"
    return told.status
