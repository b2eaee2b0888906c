"""ChatGPT's export: a conversation's `mapping` of nodes as a tree of ours. All branches are kept.

One turn of the model is a row of nodes there (thinking, calls of tools, their results, text): it becomes
one reply here, its text joined, what led to it as reasoning. Where a row forks, so does ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chat.imported import ImportedConversation, ImportedMessage
from chat.portable.chatgpt_texts import Said, said_in
from chat.portable.fields import MOST_MESSAGES, Bounds, Unreadable, line, mapping


@dataclass(slots=True)
class _Turn:
    parent: int | None
    role: str
    created: datetime
    texts: list[str]
    thoughts: list[str]
    status: str = "complete"
    finish_reason: str | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    """How a node was come to: the turn above it, what the model thought since, and whether nothing forked."""

    turn: int | None = None
    thoughts: tuple[str, ...] = ()
    straight: bool = True


def read_chatgpt(source: dict[str, Any], bounds: Bounds) -> ImportedConversation:
    """Raises `Unreadable`."""
    key = source.get("conversation_id") or source.get("id")
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not 1 <= len(key) <= 80:
        raise Unreadable(_("It has no id."))
    nodes = mapping(source.get("mapping"), _("Its messages are missing."))
    created = bounds.moment(source.get("create_time"))
    tree = _Tree(bounds, created or bounds.now)
    ends = tree.grow(nodes)
    if not tree.turns:
        raise Unreadable(_("There is no message in it."))
    current = source.get("current_node")
    active = ends.get(current) if isinstance(current, str) else None
    messages = tuple(tree.messages())
    return ImportedConversation(
        source=f"chatgpt:{key}",
        title=line(source.get("title"), 200),
        created=created or messages[0].created,
        updated=bounds.moment(source.get("update_time")) or max(message.created for message in messages),
        messages=messages,
        active=active,
        archived=source.get("is_archived") is True,
    )


@dataclass(slots=True)
class _Tree:
    bounds: Bounds
    begun: datetime
    turns: list[_Turn] = field(default_factory=list)

    def grow(self, nodes: dict[str, Any]) -> dict[str, int]:
        """Take in all nodes, parents first; which turn each leads to. No recursion: a tree may be deep."""
        children = _children(nodes)
        ends: dict[str, int] = {}
        met = 0
        waiting = [(key, _Way()) for key in reversed(children.get(None, []))]
        while waiting:
            key, way = waiting.pop()
            met += 1
            below = children.get(key, [])
            way = self._take(nodes[key].get("message"), way, is_end=not below)
            if way.turn is not None:
                ends[key] = way.turn
            after = _Way(way.turn, way.thoughts, way.straight and len(below) == 1)
            waiting += [(child, after) for child in reversed(below)]
        if met != len(nodes):
            raise Unreadable(_("Its messages answer each other in a circle."))
        return ends

    def _take(self, message: Any, way: _Way, *, is_end: bool) -> _Way:
        said = said_in(message) if isinstance(message, dict) else Said("")
        if said.thought:
            way = _Way(way.turn, (*way.thoughts, said.thought), way.straight)
        if said.text.strip():
            return _Way(self._add(message, said, way))
        above = self.turns[way.turn] if way.turn is not None else None
        if is_end and way.thoughts and above is not None and above.role == "user":
            # The model thought and was stopped before its first word.
            return _Way(self._add(message, Said("assistant"), way, status="interrupted"))
        return way

    def _add(self, message: dict[str, Any], said: Said, way: _Way, status: str = "complete") -> int:
        above = None if way.turn is None else self.turns[way.turn]
        goes_on = above is not None and way.straight and above.role == said.role == "assistant"
        turn = above if goes_on else None
        if turn is None:
            moment = self.bounds.moment(message.get("create_time"))
            created = moment or (above.created if above else self.begun)
            turn = _Turn(way.turn, said.role, created, [], [])
            self.turns.append(turn)
        turn.texts.append(said.text)
        turn.thoughts += way.thoughts
        if said.role == "assistant":
            _note_end(turn, message, status)
        return way.turn if goes_on and way.turn is not None else len(self.turns) - 1

    def messages(self) -> Iterator[ImportedMessage]:
        for turn in self.turns:
            yield ImportedMessage(
                parent=turn.parent,
                role=turn.role,
                content=self.bounds.text("\n\n".join(filter(None, turn.texts)), turn.role),
                reasoning=self.bounds.text("\n\n".join(turn.thoughts), "assistant"),
                created=turn.created,
                status=turn.status,
                finish_reason=turn.finish_reason,
                model=turn.model,
            )


def _note_end(turn: _Turn, message: dict[str, Any], status: str) -> None:
    """How the turn ended, as its last node tells."""
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    finish = metadata.get("finish_details")
    kind = finish.get("type") if isinstance(finish, dict) else None
    turn.status, turn.finish_reason = status, None
    if kind == "interrupted":
        turn.status = "stopped"
    elif message.get("status") == "in_progress":
        turn.status = "interrupted"
    elif kind == "max_tokens":
        turn.finish_reason = "length"
    turn.model = line(metadata.get("model_slug"), 200) or turn.model


def _children(nodes: dict[str, Any]) -> dict[str | None, list[str]]:
    if len(nodes) > MOST_MESSAGES:
        raise Unreadable(_("It has more than {most} messages.").format(most=f"{MOST_MESSAGES:,}"))
    children: dict[str | None, list[str]] = {}
    for key, node in nodes.items():
        parent = mapping(node, _("One of its messages cannot be read.")).get("parent")
        if parent is not None and (not isinstance(parent, str) or parent not in nodes):
            raise Unreadable(_("A message answers one that is missing."))
        children.setdefault(parent, []).append(key)
    return children
