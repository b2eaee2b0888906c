"""What each status of a refusal means. All have the body `Error`."""

ERRORS = {
    "400": "Something that was sent is wrong; `param` says what. Unknown fields are refused.",
    "401": "No credentials, or bad ones.",
    "403": "The caller is known, and may not: a key without the scope, a session without its CSRF token.",
    "404": "There is no such thing, or it is not yours.",
    "405": "The address does not know this method; `Allow` says which it knows.",
    "406": "No form that can be sent is accepted.",
    "408": "The body did not come in time: nothing for a minute, or 500 bytes a second for longer.",
    "409": "Not possible as things are: it still runs, it ended well, or the key was used for another call.",
    "413": "The text, the file or the body is too large.",
    "415": "The body is not JSON; of a file, a kind that is not taken.",
    "429": "Too many requests, running replies, connections, tokens or money; `Retry-After` says how long.",
    "502": "The model's provider failed. `X-Message-Id` names what was saved.",
    "503": "The server is about to restart, or its database is away; `Retry-After` says when to come back.",
    "504": "The model's provider did not answer in time.",
}
OF_ALL = ("400", "401", "403", "429", "503")
"""Every call that needs a sign-in can be answered so."""
OF_BODIES = ("408", "413", "415")
OF_PLACES = ("404",)
"""Calls whose address names something."""

EXAMPLES = {
    "400": ("invalid_request_error", "invalid_request", "Expected `str`, got `int`.", "content"),
    "401": ("authentication_error", "invalid_api_key", "This API key is not valid, or was revoked.", None),
    "403": (
        "permission_error",
        "missing_scope",
        'This API key may not do this: it lacks the scope "chat".',
        None,
    ),
    "404": ("invalid_request_error", "not_found", "There is no such message.", None),
    "406": ("invalid_request_error", "not_acceptable", "Choose a form by ?format=.", None),
    "408": ("invalid_request_error", "request_timeout", "The body did not come in time.", None),
    "409": ("invalid_request_error", "reply_running", "The reply still runs.", None),
    "413": ("invalid_request_error", "text_too_long", "The content has 200001 characters.", "content"),
    "415": ("invalid_request_error", "unsupported_media_type", "Send the fields as JSON.", None),
    "429": ("rate_limit_error", "rate_limit_exceeded", "You have made 120 requests within a minute.", None),
    "502": ("upstream_error", "upstream_failed", "The model's provider failed.", None),
    "503": ("server_error", "draining", "The server is about to restart.", None),
    "504": ("upstream_error", "upstream_timeout", "The model's provider did not answer in time.", None),
}
"""Type, code, message and param of one refusal of each status."""


def example(status: str) -> dict[str, dict[str, str | None]]:
    kind, code, message, param = EXAMPLES[status]
    return {"error": {"type": kind, "code": code, "message": message, "param": param}}
