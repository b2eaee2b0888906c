"""A sentence for each field of each schema."""

_AGAIN = {
    "model": "Another model than the conversation's; see `GET models`.",
    "params": (
        "What the provider is told: `temperature`, `top_p`, `max_tokens`, …; absent: the conversation's."
    ),
    "stream": "False answers the whole message when it is done.",
    "background": "True answers 202 at once; the reply runs to its end whoever listens.",
    "resume_window": (
        "Seconds that the reply keeps running with nobody attached, before it is cut off and saved; null: to "
        "the end. Default 0, or 10 with an `Idempotency-Key`, or null in the background."
    ),
}
_REPLY = {
    "reply": "The reply's message id.",
    "id": "The position after this event; send it as `Last-Event-ID`.",
}

_CONVERSATION = {
    "id": "Sorts by the time it was made.",
    "title": "Made from the first question until somebody gives one.",
    "model": "The model asked when none is named; null: the default.",
    "system_prompt": "Said to the model before everything else.",
    "params": "Told to the provider by calls that name none: `temperature`, `top_p`, `max_tokens`, …",
    "temporary": "Neither listed nor searched nor shared, and deleted a day after it was last asked.",
    "pinned": "Shown before the others.",
    "archived": "Not in the list, unless asked for.",
    "active": "The last message of the branch that is shown.",
    "created": "When it was made.",
    "updated": "When a message was last asked or ended.",
}
_ATTACHMENT = {
    "id": "What to send in `attachments`, and to fetch it by.",
    "name": "What it is called.",
    "kind": "Told by its content.",
    "content_type": "As it is kept: every image is PNG or JPEG.",
    "size": "Bytes, as it is kept.",
}

FIELD_TEXTS: dict[str, dict[str, str]] = {
    "Ask": {
        "content": "What to ask.",
        "attachments": "Ids of uploaded files, in their order; of an edited question also those it had.",
        "conversation": "Where to ask it; absent: in a new conversation.",
        "parent": (
            "The message to ask below; absent: the end of the active branch. Another one begins a new "
            "branch, which is how an edit works; null is a new first question."
        ),
        **_AGAIN,
        "system_prompt": "Said to the model before everything else; kept for the conversation.",
        "temporary": "True: the new conversation is not kept. Only where none is named.",
    },
    "Again": _AGAIN,
    "NewConversation": {
        "title": "Its name; absent: made from the first question.",
        "model": "The model to ask when none is named.",
        "system_prompt": "Said to the model before everything else.",
        "params": "What the provider is told by calls that name no `params`.",
        "temporary": "True: it is not kept, where the site allows that.",
    },
    "Changes": {
        "title": "Its name; a title that a person gave is never replaced by a made one.",
        "pinned": "Show it before the others.",
        "archived": "Take it out of the list.",
        "model": "The model to ask when none is named; null: the default.",
        "system_prompt": "Said to the model before everything else.",
        "params": "What the provider is told by calls that name no `params`; all of them at once.",
        "active": "The last message of the branch to show.",
    },
    "Restore": {"active": "The last message of the branch to show then; it is one of those brought back."},
    "Rating": {"rating": "1, -1, or null to take it back.", "comment": "In words, or null."},
    "Report": {"reason": "What is wrong with it, for the reviewers: at most 2,000 characters, or null."},
    "Start": {
        "conversation": "The conversation's id.",
        "request": "The id of the user's message.",
        "model": "The model that answers.",
        **_REPLY,
    },
    "Delta": {"offset": "Code points of reply text before this piece.", "text": "The piece.", **_REPLY},
    "Reasoning": {"offset": "Code points of thinking before this piece.", "text": "The piece.", **_REPLY},
    "Block": {
        "index": "Which block; one with the same index replaces it.",
        "offset": "The code point where it begins.",
        "length": "Its code points.",
        "html": "The block, rendered and sanitised.",
        **_REPLY,
    },
    "Title": {"conversation": "The conversation's id.", "title": "Its new title."},
    "Changed": {"conversation": "The conversation's id. Read it again; 404: it was deleted."},
    "Queue": {"reply": "The reply's message id.", "place": "1 is next; 0: it waits no more."},
    "ToolCalls": {"tool_calls": "As OpenAI's clients know them: `id`, `type`, `function`.", **_REPLY},
    "End": {
        "status": "`complete`, `stopped`, `interrupted` or `failed`.",
        "finish_reason": "What the provider said: `stop`, `length`, …",
        "length": "Code points of the text that was kept; cut what you have to it.",
        "usage": "The provider's count of tokens.",
        "error": "Why it failed.",
        **_REPLY,
    },
    "Message": {
        "id": "Sorts by the time it was made.",
        "conversation": "The conversation's id.",
        "parent": "The message above it; null for a first question.",
        "role": "Who speaks.",
        "content": "Its text, as saved now.",
        "attachments": "The files that it was asked with.",
        "reasoning": "The model's thinking.",
        "status": "`streaming` while it runs; then how it ended.",
        "model": "The model that wrote it.",
        "finish_reason": "What the provider said.",
        "usage": "The provider's count of tokens.",
        "error": "Why it failed.",
        "cut_off": (
            "Why it was interrupted: `left` (nobody followed it any more), `drain` (the server restarted) or "
            "`crash` (the server broke down); else null."
        ),
        "created": "When it was stored.",
        "started": "When the provider was asked.",
        "first_token": "When its first token came.",
        "first_text": "When its first token of text came, and its thinking was over; null: no text came.",
        "ended": "When it ended.",
        "feedback": "What its owner thinks of it.",
        "notices": "What the user is to be told, such as that the context was cut; absent: nothing.",
        "tool_calls": "What the model wanted called, as OpenAI's clients know it; absent: nothing.",
        "tool_call_id": "Of a tool's message: which call it is the result of.",
        "parts": "What a program sent beside the text and no file was made of; absent: nothing.",
    },
    "Attachment": _ATTACHMENT,
    "Upload": {
        **_ATTACHMENT,
        "created": "When it was uploaded.",
        "characters": "Of the text that was taken out of a text or PDF file; told by the upload only.",
    },
    "UploadPage": {"results": "Oldest first.", "next": "Always null."},
    "Feedback": {"rating": "1, -1 or null.", "comment": "In words, or null."},
    "Conversation": _CONVERSATION,
    "ConversationTree": {**_CONVERSATION, "messages": "The whole tree, parents before children."},
    "Export": {
        "format": "The name of this form.",
        "version": "Its version.",
        "exported": "When it was made.",
        "conversation": "As it is when read alone.",
    },
    "ConversationPage": {"results": "Newest first.", "next": "The cursor of the next page, or null."},
    "Model": {
        "id": "What to send as `model`.",
        "name": "What to show.",
        "context_length": "In tokens; null where it is not known.",
        "vision": "Whether it reads images.",
        "default": "Whether it is asked when none is named.",
    },
    "ModelPage": {"results": "The models that you may use.", "next": "Always null."},
    "Background": {
        "conversation": "The conversation's id.",
        "request": "The id of the user's message.",
        "reply": "The reply's message id.",
        "stream_url": "Where to follow the reply without a key, until 10 minutes after its end.",
    },
    "ProbeBegin": {
        "run": "Another one for each stream.",
        "pieces": "How many come after this one, and before `over`.",
        "every": "Seconds between them.",
        "silence": "Seconds without a word in the middle.",
        "sent": "Seconds since 1970, by the server's clock.",
        "request": "How the request arrived.",
        "still": "Whether the run that was asked about is open still.",
    },
    "ProbePiece": {
        "number": "From 0.",
        "sent": "Seconds since 1970, by the server's clock.",
        "padding": "As much as was asked for.",
    },
    "ProbeOver": {"sent": "Seconds since 1970, by the server's clock."},
    "ProbeSeen": {
        "http": "The version of HTTP.",
        "accept_encoding": "What compressions are taken.",
        "via": "Which proxies say that they passed it on.",
        "forwarded": "Whether some hop says that it passed the request on.",
    },
    "LiveError": {
        "reply": "The name that you gave it.",
        "error": "Why it cannot be followed. The others go on.",
    },
    "Error": {"error": "What went wrong."},
    "ErrorDetails": {
        "type": "Whose fault it was.",
        "code": "What it was, for programs.",
        "message": "What it was and what to do, for people.",
        "param": "Which field was wrong.",
    },
}

FRAME_TEXTS: dict[str, dict[str, str]] = {
    "FollowFrame": {
        "reply": "The reply's message id.",
        "last_event_id": "Go on right after this position; null: from its beginning.",
        "render": "`html`: the `block` events come too.",
    },
    "UnfollowFrame": {"reply": "The reply's message id."},
    "StopFrame": {"reply": "The reply's message id."},
    "AckFrame": {"message": "As saved: of `stop`, and of what was asked with `stream: false`."},
    "ErrorFrame": {
        "error": "What was wrong with the frame, or what has failed.",
        "retry_after": "Seconds after which it may be sent again, where that may help.",
    },
}
"""A sentence for each field of a frame that no HTTP call has."""
