"""The one family of errors that a caller is told about, turned into JSON or a frame at the edges only.

Every error has a `type` (whose fault), a stable `code` (what), an HTTP `status`, a sentence that
says what to do, and where it helps the `param` that was wrong.
"""

from typing import Any, ClassVar


class ChatError(Exception):
    """An error that the caller may see. Raise a subclass; `message` is shown to people as it stands."""

    type: ClassVar[str] = "server_error"
    code: str = "internal_error"
    status: int = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        message_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after = retry_after
        """Seconds until trying again may help; sent as `Retry-After`."""
        self.message_id = message_id
        """The reply that was saved all the same; sent as `X-Message-Id`."""
        if code is not None:
            self.code = code

    def as_dict(self) -> dict[str, Any]:
        """The value of `error` in the JSON body or frame."""
        return {"type": self.type, "code": self.code, "message": self.message, "param": self.param}


class BadRequest(ChatError):
    type = "invalid_request_error"
    code = "invalid_request"
    status = 400


class Unauthenticated(ChatError):
    type = "authentication_error"
    code = "invalid_credentials"
    status = 401


class Forbidden(ChatError):
    type = "permission_error"
    code = "forbidden"
    status = 403


class MissingScope(Forbidden):
    """The key is good, but not for this. The caller is told what it would take."""

    code = "missing_scope"

    def __init__(self, *scopes: str) -> None:
        named = " or ".join(f'"{scope}"' for scope in scopes)
        super().__init__(f"This API key may not do this: it lacks the scope {named}.")
        self.scopes = scopes


class NotFound(ChatError):
    """There is no such thing, or it belongs to somebody else: the two must look the same."""

    type = "invalid_request_error"
    code = "not_found"
    status = 404


class MethodNotAllowed(ChatError):
    type = "invalid_request_error"
    code = "method_not_allowed"
    status = 405


class NotAcceptable(ChatError):
    type = "invalid_request_error"
    code = "not_acceptable"
    status = 406


class TooSlow(ChatError):
    """The rest of the request did not come in time."""

    type = "invalid_request_error"
    code = "request_timeout"
    status = 408


class Conflict(ChatError):
    type = "invalid_request_error"
    code = "conflict"
    status = 409


class TooLarge(ChatError):
    type = "invalid_request_error"
    code = "too_large"
    status = 413


class UnsupportedMediaType(ChatError):
    type = "invalid_request_error"
    code = "unsupported_media_type"
    status = 415


class TooMany(ChatError):
    type = "rate_limit_error"
    code = "rate_limit_exceeded"
    status = 429


class Unavailable(ChatError):
    """The server cannot do it now: it is draining, or its database is away."""

    type = "server_error"
    code = "unavailable"
    status = 503


class UpstreamError(ChatError):
    """The model's provider failed. The message never holds a key, an address or the provider's internals."""

    type = "upstream_error"
    code = "upstream_failed"
    status = 502


class UpstreamTimeout(UpstreamError):
    code = "upstream_timeout"
    status = 504


def failed_with(saved: dict[str, Any] | None, *, retry_after: float | None, message_id: str) -> UpstreamError:
    """What a reply failed with, from how it was saved (`as_dict`), to be raised again."""
    error = saved or {}
    code = error.get("code") or UpstreamError.code
    kind = UpstreamTimeout if code == UpstreamTimeout.code else UpstreamError
    return kind(
        error.get("message") or "The model's provider failed.",
        code=code,
        retry_after=retry_after,
        message_id=message_id,
    )
