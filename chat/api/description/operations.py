"""What each address of the native API does, in a few words each."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something in a query or header. `schema` is the name of a JSON type."""

    name: str
    text: str
    place: str = "query"
    schema: str = "string"


@dataclass(frozen=True, slots=True)
class Operation:
    """A call. Schemas are named; `errors` adds to those that every call can have."""

    method: str
    path: str
    summary: str
    text: str = ""
    group: str = "Replies"
    parameters: tuple[Parameter, ...] = ()
    body: str | None = None
    body_required: bool = True
    answers: dict[str, str | None] = field(default_factory=dict)
    """Status to the schema of its JSON, or None for no body."""
    file_in: bool = False
    """The body is the bytes of a file."""
    file_out: bool = False
    """The answer is the bytes of a file."""
    streams: bool = False
    live: bool = False
    """Streams the events of many replies."""
    probe: bool = False
    """Streams what is no event of a reply."""
    file: bool = False
    """Answers with a file, to be saved under the name that it gives."""
    errors: tuple[str, ...] = ()
    public: bool = False


_FORM = (
    Parameter("format", "`sse`, `ndjson`, `text` or `openai`; absent: what `Accept` says."),
    Parameter("render", "`html` adds a `block` event for each Markdown block that closed."),
)
_POSITION = (
    Parameter("Last-Event-ID", "Go on right after this position.", "header"),
    Parameter("last_event_id", "The same, for clients that cannot set the header."),
)
_RETRY = Parameter("Idempotency-Key", "The same key within 24 hours joins the first call's reply.", "header")
_BEGINNING = (*_FORM, *_POSITION, _RETRY)
_BEGINS = {"200": "Message", "202": "Background", "204": None}
_BEGIN_ERRORS = ("404", "406", "409", "429", "502", "503", "504")
_ASK_FIELDS = (
    Parameter(
        "content", "What to ask. The other fields of `POST chat` go in the query too; `params` as JSON."
    ),
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "post",
        "chat",
        "Ask",
        "Stores the question, starts the reply and streams it. With `stream: false` the whole message comes "
        "when it is done; with `background: true` the ids come at once.",
        parameters=_BEGINNING,
        body="Ask",
        answers=_BEGINS,
        streams=True,
        errors=(*_BEGIN_ERRORS, "413", "415"),
    ),
    Operation(
        "get",
        "chat",
        "Ask from an EventSource",
        "The same, with the fields in the query. With a session only from a page of this site; "
        "never by prefetch.",
        parameters=(*_ASK_FIELDS, *_BEGINNING),
        answers=_BEGINS,
        streams=True,
        errors=(*_BEGIN_ERRORS, "403", "413"),
    ),
    Operation(
        "get",
        "messages/{message_id}/stream",
        "Follow or resume a reply",
        "From the beginning, or right after a position. 204 where the position was the end.",
        parameters=(
            *_FORM,
            *_POSITION,
            Parameter("ticket", "From a `stream_url`: follows this one reply without a key."),
        ),
        answers={"204": None},
        streams=True,
        errors=("404", "406", "503"),
    ),
    Operation(
        "get",
        "live",
        "Follow everything over one connection",
        "The `changed` and `title` events of all your conversations, and any number of replies. Each event "
        "carries its position as the field `id`; there are no `id:` lines. A reply that cannot be followed "
        'is told as `{"type": "error", "reply", "error"}`, and the others go on.',
        parameters=(
            Parameter("follow", "A reply's id, or the position to go on from. May be given 100 times."),
            Parameter("render", "`html` adds a `block` event for each Markdown block that closed."),
        ),
        live=True,
    ),
    Operation(
        "post",
        "messages/{message_id}/stop",
        "Stop a reply",
        "Answers when the provider's request is closed and the text is saved. Stopping twice is no error.",
        answers={"200": "Message"},
        errors=("404", "503"),
    ),
    Operation(
        "post",
        "messages/{message_id}/regenerate",
        "Ask for another reply",
        "A new reply to the same question, beside this one. Streams like `chat`.",
        parameters=_BEGINNING,
        body="Again",
        body_required=False,
        answers=_BEGINS,
        streams=True,
        errors=_BEGIN_ERRORS,
    ),
    Operation(
        "post",
        "messages/{message_id}/continue",
        "Go on with a reply that was cut off",
        "In the same message. 409 where it was complete, or has answers below it. Streams like `chat`.",
        parameters=_BEGINNING,
        body="Again",
        body_required=False,
        answers=_BEGINS,
        streams=True,
        errors=_BEGIN_ERRORS,
    ),
    Operation(
        "get",
        "messages/{message_id}",
        "Read a message",
        "As saved now, also while it streams.",
        group="Messages",
        answers={"200": "Message"},
        errors=("404",),
    ),
    Operation(
        "delete",
        "messages/{message_id}",
        "Delete a message",
        "And all below it: gone at once, and what runs there is stopped. It can be restored for an hour. "
        "`X-Deleted-Count` says how many messages they were.",
        group="Messages",
        answers={"204": None},
        errors=("404",),
    ),
    Operation(
        "post",
        "messages/{message_id}/restore",
        "Bring back a deleted message",
        "And what was deleted with it. Replies that were stopped stay so. 409 where the message above it was "
        "deleted too.",
        group="Messages",
        body="Restore",
        body_required=False,
        answers={"200": "Message"},
        errors=("404", "409", "415"),
    ),
    Operation(
        "put",
        "messages/{message_id}/feedback",
        "Rate a reply",
        group="Messages",
        body="Rating",
        answers={"200": "Message"},
        errors=("404", "415"),
    ),
    Operation(
        "post",
        "messages/{message_id}/report",
        "Report a message",
        "A question or a reply of yours, to those who review conversations on this site; they see the whole "
        "conversation, and the reason. Again: with the reason given last. 409, `not_reviewed`: nobody would.",
        group="Messages",
        body="Report",
        body_required=False,
        answers={"204": None},
        errors=("404", "409", "415"),
    ),
    Operation(
        "delete",
        "messages/{message_id}/report",
        "Take a report back",
        "As if it had never been made, where no reviewer has looked yet. Without a report nothing happens.",
        group="Messages",
        answers={"204": None},
        errors=("404",),
    ),
    Operation(
        "post",
        "attachments",
        "Upload a file",
        "An image, a PDF or a text, to be sent along with a question within a day. Its content says what it "
        "is. Images are made anew without their metadata, at most 2048 pixels on the long side.",
        group="Files",
        parameters=(Parameter("name", "What it is called."),),
        file_in=True,
        answers={"201": "Upload"},
        errors=("413", "415", "503"),
    ),
    Operation(
        "get",
        "attachments",
        "List the files that were not sent yet",
        group="Files",
        answers={"200": "UploadPage"},
    ),
    Operation(
        "get",
        "attachments/{attachment_id}",
        "Fetch a file",
        "To its owner only.",
        group="Files",
        file_out=True,
        errors=("404",),
    ),
    Operation(
        "delete",
        "attachments/{attachment_id}",
        "Take back a file that was not sent",
        group="Files",
        answers={"204": None},
        errors=("404", "409"),
    ),
    Operation(
        "get",
        "conversations",
        "List conversations",
        group="Conversations",
        parameters=(
            Parameter("cursor", "`next` of the page before."),
            Parameter("limit", "How many, 1 to 200; default 50.", schema="integer"),
            Parameter("q", "Only those in which these words stand."),
            Parameter("archived", "True: the archived ones instead.", schema="boolean"),
        ),
        answers={"200": "ConversationPage"},
    ),
    Operation(
        "post",
        "conversations",
        "Make a conversation",
        group="Conversations",
        body="NewConversation",
        body_required=False,
        answers={"201": "Conversation"},
        errors=("415",),
    ),
    Operation(
        "get",
        "conversations/{conversation_id}",
        "Read a conversation",
        "With its whole tree of messages.",
        group="Conversations",
        answers={"200": "ConversationTree"},
        errors=("404",),
    ),
    Operation(
        "patch",
        "conversations/{conversation_id}",
        "Change a conversation",
        "Only the fields that are sent.",
        group="Conversations",
        body="Changes",
        answers={"200": "Conversation"},
        errors=("404", "415"),
    ),
    Operation(
        "delete",
        "conversations/{conversation_id}",
        "Delete a conversation",
        "Hidden at once; what runs in it is stopped. It can be restored for ten minutes. For how long a site "
        "keeps what is hidden, and what for, is its policy.",
        group="Conversations",
        answers={"204": None},
        errors=("404",),
    ),
    Operation(
        "get",
        "conversations/{conversation_id}/export",
        "Export a conversation",
        "As a file. JSON holds the whole tree and can be imported again; Markdown is the branch "
        "that is shown, to read.",
        group="Conversations",
        parameters=(
            Parameter("format", "`json` (the default) or `md`."),
            Parameter("reasoning", "False leaves the model's thinking out of Markdown.", schema="boolean"),
        ),
        answers={"200": "Export"},
        file=True,
        errors=("404",),
    ),
    Operation(
        "post",
        "conversations/{conversation_id}/restore",
        "Bring back a deleted conversation",
        "Replies that were stopped stay so.",
        group="Conversations",
        answers={"200": "Conversation"},
        errors=("404",),
    ),
    Operation("get", "models", "List the models you may use", group="Models", answers={"200": "ModelPage"}),
    Operation(
        "get",
        "probe",
        "Try the way of a stream",
        "A stream of the server itself, by the same writers and headers as a reply's; asks no model. Each "
        "piece (`begin`, `piece`, `over`) is JSON and says when it was `sent`, in seconds since 1970; "
        "`begin` also says how the request arrived. `manage.py chat_probe` reads it and tells what holds "
        "streams back.",
        group="About",
        parameters=(
            Parameter("seconds", "How long it takes, 1 to 60; default 2.", schema="integer"),
            Parameter(
                "silence",
                "So many seconds without a word in its middle, 0 to 300; default 0.",
                schema="integer",
            ),
            Parameter("bytes", "So much more is sent in all, up to 1000000; default 0.", schema="integer"),
            Parameter("format", "`sse` (the default), `ndjson` or `text`."),
        ),
        probe=True,
        errors=("503",),
    ),
    Operation("get", "openapi.json", "This description", group="About", public=True),
    Operation("get", "docs", "This description as a page", group="About", public=True),
)

ERRORS = {
    "400": "Something that was sent is wrong; `param` says what.",
    "401": "No credentials, or bad ones.",
    "403": "A session without its CSRF token, or a page of another site.",
    "404": "There is no such thing, or it is not yours.",
    "406": "No form that can be sent is accepted.",
    "409": "Not possible as things are: it still runs, it ended well, or the key was used for another call.",
    "413": "The text, the file or the body is too large.",
    "415": "The body is not JSON; of a file, a kind that is not taken.",
    "429": "Too many requests, replies that run, or live connections; `Retry-After` says when to come back.",
    "502": "The model's provider failed. `X-Message-Id` names what was saved.",
    "503": "The server is about to restart, or its database is away; `Retry-After` says when to come back.",
    "504": "The model's provider did not answer in time.",
}
FOR_ALL = ("400", "401", "429")
"""Every call that needs a sign-in can be answered so."""
