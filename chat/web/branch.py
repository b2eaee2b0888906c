"""The one branch of a conversation's tree that a page shows, and the ways from it to the others. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A message of the branch, `number` of `count` siblings.

    `before` and `after` are the ends of the branches through its neighbours: values for `active`.
    """

    message: Message
    number: int
    count: int
    before: str | None
    after: str | None
    has_answers: bool


def active_branch(messages: Sequence[Message], active: str | None) -> list[Step]:
    """From the first question to `active`; where that is None or unknown, to the newest message.

    `messages` come as the conversation lists them: parents before children, older siblings first.
    """
    if not messages:
        return []
    by_id = {message["id"]: message for message in messages}
    children: dict[str | None, list[Message]] = defaultdict(list)
    for message in messages:
        children[message["parent"]].append(message)
    message = by_id.get(active or "", messages[-1])
    path = [message]
    while message["parent"] is not None:
        message = by_id[message["parent"]]
        path.append(message)
    path.reverse()
    return [_step(message, children) for message in path]


def _step(message: Message, children: dict[str | None, list[Message]]) -> Step:
    siblings = children[message["parent"]]
    place = siblings.index(message)
    return Step(
        message=message,
        number=place + 1,
        count=len(siblings),
        before=_newest_end(siblings[place - 1], children) if place > 0 else None,
        after=_newest_end(siblings[place + 1], children) if place + 1 < len(siblings) else None,
        has_answers=bool(children[message["id"]]),
    )


def _newest_end(message: Message, children: dict[str | None, list[Message]]) -> str:
    """Where the branch through `message` ends, the newest child taken at each fork."""
    while children[message["id"]]:
        message = children[message["id"]][-1]
    return str(message["id"])
