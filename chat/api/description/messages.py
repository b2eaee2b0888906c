"""Calls about one message."""

from chat.api.description import examples
from chat.api.description.operation import Answer, Body, Operation

_GROUP = "Messages"
_SAVED = {"200": Answer("The message as saved.", "Message", examples.MESSAGE)}

OPERATIONS = (
    Operation(
        "get",
        "/api/v1/messages/{message_id}",
        "Read a message",
        "As saved now, also while it streams.",
        _GROUP,
        answers=_SAVED,
    ),
    Operation(
        "delete",
        "/api/v1/messages/{message_id}",
        "Delete a message",
        "And all below it: gone at once, and what runs there is stopped. It can be restored for an hour. "
        "`X-Deleted-Count` says how many messages they were.",
        _GROUP,
        answers={"204": Answer("Deleted.", headers=("X-Deleted-Count!",))},
        effect="Deletes this message of yours and all below it. For an hour it can be restored; then it is "
        "gone.",
        destroys=True,
    ),
    Operation(
        "post",
        "/api/v1/messages/{message_id}/restore",
        "Bring back a deleted message",
        "And what was deleted with it. Replies that were stopped stay so. 409 where the message above it was "
        "deleted too.",
        _GROUP,
        body=Body(
            "Restore", {"as it was": {}, "showing a branch": {"active": examples.REPLY}}, required=False
        ),
        answers=_SAVED,
        errors=("409",),
        effect="Brings the message and what was deleted with it back into its conversation.",
    ),
    Operation(
        "put",
        "/api/v1/messages/{message_id}/feedback",
        "Rate a reply",
        group=_GROUP,
        body=Body(
            "Rating",
            {"good": {"rating": 1, "comment": "Clear."}, "taken back": {"rating": None, "comment": None}},
        ),
        answers={"200": Answer("The message as saved.", "Message", examples.RATED)},
        effect="Replaces what you thought of this reply before. A thumb down may bring it before reviewers.",
    ),
    Operation(
        "post",
        "/api/v1/messages/{message_id}/report",
        "Report a message",
        "A question or a reply of yours, to those who review conversations on this site; they see the whole "
        "conversation, and the reason. Again: with the reason given last. 409, `not_reviewed`: nobody would.",
        _GROUP,
        body=Body(
            "Report",
            {"with a reason": {"reason": "It is wrong."}, "without": {"reason": None}},
            required=False,
        ),
        answers={"204": Answer("Reported.")},
        errors=("409",),
        effect="Shows the whole conversation to the site's reviewers.",
    ),
    Operation(
        "delete",
        "/api/v1/messages/{message_id}/report",
        "Take a report back",
        "As if it had never been made, where no reviewer has looked yet. Without a report nothing happens.",
        _GROUP,
        answers={"204": Answer("Taken back.")},
        effect="Takes your report of this message back.",
        destroys=True,
    ),
)
