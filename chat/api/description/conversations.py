"""Calls about conversations, and the models to hold them with."""

from chat import portable
from chat.api.description import examples
from chat.api.description.operation import Answer, Body, Operation, Parameter
from chat.api.description.values import FLAG, TEXT, one_of

_GROUP = "Conversations"
_ALONE = examples.CONVERSATION_ALONE

OPERATIONS = (
    Operation(
        "get",
        "/api/v1/conversations",
        "List conversations",
        group=_GROUP,
        parameters=(
            Parameter("cursor", "`next` of the page before.", schema={**TEXT, "minLength": 1}),
            Parameter(
                "limit", "How many.", schema={"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
            ),
            Parameter("q", "Only those in which these words stand.", schema={**TEXT, "maxLength": 200}),
            Parameter("archived", "True: the archived ones instead.", schema={**FLAG, "default": False}),
        ),
        answers={"200": Answer("A page of them.", "ConversationPage", examples.page(_ALONE))},
    ),
    Operation(
        "post",
        "/api/v1/conversations",
        "Make a conversation",
        group=_GROUP,
        body=Body(
            "NewConversation",
            {
                "with instructions": {"title": "Colours", "system_prompt": "Answer in one sentence."},
                "with nothing": {},
            },
            required=False,
        ),
        answers={"201": Answer("Made.", "Conversation", _ALONE)},
        effect="Makes an empty conversation of yours.",
    ),
    Operation(
        "get",
        "/api/v1/conversations/{conversation_id}",
        "Read a conversation",
        "With its whole tree of messages.",
        _GROUP,
        answers={"200": Answer("The conversation.", "ConversationTree", examples.TREE)},
    ),
    Operation(
        "patch",
        "/api/v1/conversations/{conversation_id}",
        "Change a conversation",
        "Only the fields that are sent.",
        _GROUP,
        body=Body(
            "Changes",
            {"renamed": {"title": "The sky"}, "pinned": {"pinned": True}, "archived": {"archived": True}},
        ),
        answers={"200": Answer("As it is now.", "Conversation", _ALONE)},
        effect="Changes this conversation of yours.",
    ),
    Operation(
        "delete",
        "/api/v1/conversations/{conversation_id}",
        "Delete a conversation",
        "Hidden at once; what runs in it is stopped. It can be restored for ten minutes. For how long a site "
        "keeps what is hidden, and what for, is its policy.",
        _GROUP,
        answers={"204": Answer("Deleted.")},
        effect="Deletes this conversation of yours with all its messages, and stops what runs in it. For ten "
        "minutes it can be restored; then it is gone.",
        destroys=True,
    ),
    Operation(
        "get",
        "/api/v1/conversations/{conversation_id}/export",
        "Export a conversation",
        "As a file. JSON holds the whole tree and can be imported again; Markdown is the branch "
        "that is shown, to read.",
        _GROUP,
        parameters=(
            Parameter("format", "JSON, or Markdown.", schema={**one_of("json", "md"), "default": "json"}),
            Parameter(
                "reasoning",
                "False leaves the model's thinking out of Markdown.",
                schema={**FLAG, "default": True},
            ),
        ),
        answers={
            "200": Answer(
                "The file.",
                "Export",
                {
                    "format": portable.FORMAT,
                    "version": portable.VERSION,
                    "exported": "2026-11-27T09:00:00Z",
                    "conversation": examples.TREE,
                },
                headers=("Content-Disposition!",),
                files=("text/markdown",),
            )
        },
    ),
    Operation(
        "post",
        "/api/v1/conversations/{conversation_id}/restore",
        "Bring back a deleted conversation",
        "Replies that were stopped stay so.",
        _GROUP,
        body=Body("NoFields", {"nothing": {}}, required=False),
        answers={"200": Answer("The conversation.", "Conversation", _ALONE)},
        effect="Brings the conversation back into your list.",
    ),
    Operation(
        "get",
        "/api/v1/models",
        "List the models you may use",
        group="Models",
        answers={"200": Answer("All of them.", "ModelPage", examples.page(examples.MODEL))},
    ),
)
