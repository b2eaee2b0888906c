"""The body of one request to a provider, and what may be left out when the provider refuses it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

RESERVED = frozenset({"model", "messages", "stream", "stream_options", "n"})
"""Ours to say, whatever the parameters of a call hold."""
REFUSING = (400, 422)
"""How providers answer a parameter that they do not take; 422 is FastAPI's habit."""


@dataclass(frozen=True, slots=True)
class Request:
    model: str
    """The provider's own name for it."""
    messages: tuple[dict[str, Any], ...]
    params: dict[str, Any]
    include_usage: bool = True
    verbatim: bool = False
    """The parameters are the client's own: it is told of a refusal, and none is left out."""

    def without(self, name: str, reason: str) -> "Request":
        """The same request as the provider may take it."""
        if name == "stream_options":
            return replace(self, include_usage=False)
        params = {key: value for key, value in self.params.items() if key != name}
        if name == "max_tokens" and "max_completion_tokens" in reason:
            params.setdefault("max_completion_tokens", self.params[name])
        return replace(self, params=params)

    def culprit(self, status: int, body: object) -> tuple[str, str] | None:
        """Which of our parameters a provider's refusal names, and its reason."""
        if status not in REFUSING:
            return None
        details = body if isinstance(body, dict) else {"message": body}
        reason = str(details.get("message") or details.get("detail") or "")
        sent = [*({} if self.verbatim else self.params), *(["stream_options"] if self.include_usage else [])]
        named = str(details.get("param") or "").partition(".")[0]
        if named in sent:
            return named, reason
        # The longest first: `max_tokens` is no part of a reason that is about `max_tokens_total`.
        return next(((name, reason) for name in _in_reason(reason, sent)), None)


def request_of(
    model: str, messages: Iterable[dict[str, Any]], params: dict[str, Any], *, verbatim: bool = False
) -> Request:
    kept = {
        name: value
        for name, value in params.items()
        if name not in RESERVED and (verbatim or value is not None)
    }
    return Request(model, tuple(messages), kept, verbatim=verbatim)


def dropped_notice(name: str, sent: Request) -> dict[str, Any]:
    """How a parameter that was left out is told to the user; `instead`: what was sent in its place."""
    told = {"code": "parameter_dropped", "param": name}
    if name == "stream_options":
        message = "The model's provider does not report how many tokens a reply takes."
    elif "max_completion_tokens" in sent.params and name == "max_tokens":
        told["instead"] = "max_completion_tokens"
        message = "The model does not take max_tokens; max_completion_tokens was sent in its place."
    else:
        message = f"The model does not take {name} as it was set; the reply was made without it."
    return {**told, "message": message}


def _in_reason(reason: str, names: Iterable[str]) -> list[str]:
    found = (
        (match.start(), name) for name in names if (match := re.search(rf"\b{re.escape(name)}\b", reason))
    )
    return [name for _, name in sorted(found)]
