"""The one branch of a conversation's tree that a page shows, and the ways from it to the others. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]
Children = Mapping[str | None, list[Message]]


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


@dataclass(frozen=True, slots=True)
class Branch:
    """A way through the tree, from a first question to an end."""

    path: tuple[Message, ...]
    children: Children
    is_active: bool
    """Whether a question at the end of the conversation continues it."""

    @property
    def ids(self) -> list[str]:
        return _ids(self.path)

    def beside(self, message_id: str) -> str | None:
        """The message of this branch that is a version of that one."""
        parent = next((key for key, below in self.children.items() if message_id in _ids(below)), None)
        return next((message["id"] for message in self.path if message["parent"] == parent), None)

    def steps(self, part: slice) -> list[Step]:
        return [_step(message, self.children) for message in self.path[part]]


def branch_through(messages: Sequence[Message], active: str | None, through: str | None = None) -> Branch:
    """The active branch, to the newest message where `active` is None or unknown.

    Where `through` is a message beside it, the branch that goes on from there, the newest child taken at
    each fork. `messages` come as the conversation lists them: parents before children, older siblings first.
    """
    by_id = {message["id"]: message for message in messages}
    children: dict[str | None, list[Message]] = defaultdict(list)
    for message in messages:
        children[message["parent"]].append(message)
    if not messages:
        return Branch((), children, is_active=True)
    end = by_id.get(active or "", messages[-1])
    path = _path(end, by_id)
    if through is None or through not in by_id or by_id[through] in path:
        return Branch(path, children, is_active=True)
    other = by_id[_newest_end(by_id[through], children)]
    return Branch(_path(other, by_id), children, is_active=False)


def _ids(messages: Sequence[Message]) -> list[str]:
    return [message["id"] for message in messages]


def _path(end: Message, by_id: Mapping[str, Message]) -> tuple[Message, ...]:
    path = [end]
    while path[-1]["parent"] is not None:
        path.append(by_id[path[-1]["parent"]])
    return tuple(reversed(path))


def _step(message: Message, children: Children) -> Step:
    siblings = children[message["parent"]]
    place = next(place for place, sibling in enumerate(siblings) if sibling["id"] == message["id"])
    return Step(
        message=message,
        number=place + 1,
        count=len(siblings),
        before=_newest_end(siblings[place - 1], children) if place > 0 else None,
        after=_newest_end(siblings[place + 1], children) if place + 1 < len(siblings) else None,
        has_answers=bool(children[message["id"]]),
    )


def _newest_end(message: Message, children: Children) -> str:
    """Where the branch through `message` ends, the newest child taken at each fork."""
    while children[message["id"]]:
        message = children[message["id"]][-1]
    return str(message["id"])
