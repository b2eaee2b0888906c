"""A true reply through one hop: when its first token was here, beside when the server had it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chat.management.probing.call import Heard, Unheard, hear
from chat.management.probing.target import Target

QUESTION: Final = "Write the numbers from one to fifty in words, a line each."
PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class ReplySeen:
    """Seconds. `took_here`, `took_there`: from its first token to its end, as seen here and by the server."""

    first_token: float | None = None
    """From the question to the first token here."""
    waited: float = 0.0
    """The same at the server, by its own clock: the model, and whatever else it waited for."""
    took_here: float = 0.0
    took_there: float = 0.0
    reads: int = 0
    why: str = ""
    """Why nothing can be said, where nothing can."""


def try_reply(target: Target, key: str) -> ReplySeen:
    """Ask the default model, in a temporary chat where the site has them; it is deleted in either case."""
    try:
        heard = _ask(target, key, temporary=True)
        if heard.status == 400:
            heard = _ask(target, key, temporary=False)
        if heard.status != 200:
            return ReplySeen(why=f"the question was answered with status {heard.status}")
        seen = _seen(heard, _saved(target, key, heard.headers.get("x-message-id", "")))
        _delete(target, key, heard.headers.get("x-conversation-id", ""))
        return seen
    except Unheard as error:
        return ReplySeen(why=str(error))


def _ask(target: Target, key: str, *, temporary: bool) -> Heard:
    body = {"content": QUESTION, **({"temporary": True} if temporary else {})}
    return hear(
        target,
        f"{target.path}/api/v1/chat?format=ndjson",
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        patience=PATIENCE_SECONDS,
        method="POST",
        body=json.dumps(body).encode(),
    )


def _saved(target: Target, key: str, reply: str) -> dict[str, Any]:
    path = f"{target.path}/api/v1/messages/{reply}"
    heard = hear(target, path, {"Authorization": f"Bearer {key}"}, patience=PATIENCE_SECONDS)
    try:
        saved: dict[str, Any] = json.loads(b"".join(data for _at, data in heard.reads))
    except ValueError as error:
        raise Unheard("the reply cannot be read where it is saved") from error
    return saved


def _delete(target: Target, key: str, conversation: str) -> None:
    path = f"{target.path}/api/v1/conversations/{conversation}"
    headers = {"Authorization": f"Bearer {key}"}
    hear(target, path, headers, patience=PATIENCE_SECONDS, method="DELETE")


def _seen(heard: Heard, saved: dict[str, Any]) -> ReplySeen:
    tokens, end = [], None
    rest = b""
    for at, data in heard.reads:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            kind = json.loads(line)["type"] if line.startswith(b"{") else None
            if kind in ("delta", "reasoning"):
                tokens.append(at)
            end = at if kind == "end" else end
    if not tokens or end is None or not saved.get("first_token"):
        return ReplySeen(why=f"the reply had no text to its end (it is {saved.get('status', 'not there')})")
    first, ended = _time(saved["first_token"]), _time(saved["ended"])
    return ReplySeen(
        first_token=tokens[0] - heard.asked,
        waited=first - _time(saved["created"]),
        took_here=end - tokens[0],
        took_there=ended - first,
        reads=len(set(tokens)),
    )


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
