"""A conversation's tree without its texts, and the texts of some of its messages: to show a part of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, UUIDField

from chat.access.conversations import parents_first
from chat.access.descriptions import describe_conversation, describe_message, timestamp
from chat.access.rows import conversation_for, their_attachments
from chat.access.running_text import read_pieces
from chat.models import Conversation, Flag, Message
from chat.models.flag import FlagKind
from chat.statements import Param, Select, told_key


class Node(NamedTuple):
    """A message's place in the tree, and what changes when it is gone on with or rated. Keys, and the moment
    that it was rated, as the database stores them: they are compared, and not reckoned with.
    """

    id: Any
    parent_id: Any
    role: str
    status: str
    completion_id: Any
    rated: Any
    deleted: datetime | None


def _nodes(**kept: Any) -> "QuerySet[Message, tuple[Any, ...]]":
    rows = Message.objects.filter(conversation=Param("conversation", UUIDField()), **kept).order_by("id")
    fields = ("id", "parent_id", "role", "status", "completion_id", "feedback__updated", "deleted")
    return rows.values_list(*fields)


_all_nodes = Select(_nodes, as_stored=(0, 1, 4, 5))
_kept_nodes = Select(lambda: _nodes(deleted=None), as_stored=(0, 1, 4, 5, 6))


@dataclass(frozen=True, slots=True)
class Tree:
    """A conversation, and as much of each message as says where it stands: parents before children."""

    conversation: dict[str, Any]
    nodes: list[dict[str, Any]]


def read_tree(user_id: int, conversation_id: Any) -> Tree:
    """Two queries. 2,000 messages take some milliseconds, however long they are."""
    return tree_of(conversation_for(user_id, conversation_id))


def tree_of(conversation: Conversation, *, hidden: bool = False) -> Tree:
    """The tree of a conversation that was fetched for somebody; `hidden`: with the deleted messages."""
    rows = (_all_nodes if hidden else _kept_nodes).rows(conversation=conversation.id)
    nodes = list(map(Node._make, rows))
    told = {node.id: told_key(node.id) for node in nodes} | {None: None}
    return Tree(
        describe_conversation(conversation),
        [
            {
                "id": told[node.id],
                "parent": told[node.parent_id],
                "role": node.role,
                "status": node.status,
                "state": f"{node.status} {node.completion_id} {node.rated}",
                "deleted": timestamp(node.deleted),
            }
            for node in parents_first(nodes)
        ],
    )


def read_messages(tree: Tree, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
    """These messages of the tree as clients see them, by their ids. Three queries, whatever their number."""
    reports = Flag.objects.filter(message=OuterRef("pk"), kind=FlagKind.REPORTED, resolved=None)
    rows = Message.objects.filter(conversation=tree.conversation["id"], id__in=wanted).annotate(
        is_reported=Exists(reports)
    )
    pieces = read_pieces(
        completion__message__in=wanted, completion__message__conversation=tree.conversation["id"]
    )
    messages = list(rows.select_related("completion", "feedback").prefetch_related(their_attachments()))
    pieces.join(messages)
    return {str(row.id): {**describe_message(row), "reported": row.is_reported} for row in messages}
