"""What a caller may send with each verb: the one validator for HTTP bodies, queries and WebSocket frames."""

import hashlib
import re
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from chat.errors import BadRequest

T = TypeVar("T", bound=msgspec.Struct)

OURS = frozenset({"model", "messages", "stream", "stream_options", "n"})
"""Parameters that this server sets itself: another value would break the saving of the reply."""
MAX_PARAMS = 100_000
MAX_COMMENT = 10_000
TEXT_LIMITS = {"title": 200, "model": 200}
"""Characters of the texts that a conversation is made or changed with. A system prompt has as many as a
message of its caller's may have, which is not known here."""
_NUMBERS = frozenset({"temperature", "top_p", "frequency_penalty", "presence_penalty"})
_COUNTS = frozenset({"max_tokens", "max_completion_tokens", "top_k", "seed"})
UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What is no character, or none that every database can hold."""
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_FIELD = re.compile(r"field `(?P<field>[^`]*)`")


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of `regenerate` and `continue`."""

    model: str | None = None
    params: dict[str, Any] | None = None
    stream: bool = True
    background: bool = False
    resume_window: float | UnsetType | None = UNSET


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of `POST chat`. `parent`: absent is the end of the active branch, null a new beginning."""

    content: str
    attachments: tuple[str, ...] = ()
    conversation: str | None = None
    parent: str | UnsetType | None = UNSET
    model: str | None = None
    system_prompt: str | None = None
    params: dict[str, Any] | None = None
    temporary: bool = False
    stream: bool = True
    background: bool = False
    resume_window: float | UnsetType | None = UNSET


class NewConversation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str | None = None
    model: str | None = None
    system_prompt: str | None = None
    params: dict[str, Any] | None = None
    temporary: bool = False


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a conversation may be changed; absent fields stay as they are."""

    title: str | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    model: str | UnsetType | None = UNSET
    system_prompt: str | UnsetType | None = UNSET
    params: dict[str, Any] | UnsetType | None = UNSET
    active: str | UnsetType = UNSET


class Restore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a message is brought back with it."""

    active: str | None = None


class Rating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rating: int | None = None
    comment: str | None = None


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str | None = None


def decode(kind: type[T], data: bytes | dict[str, Any]) -> T:
    """A JSON body, or an object already read, as one of the above. Raises `BadRequest` with `param`."""
    value = json_object(data)
    try:
        decoded = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _explained(error) from error
    _check(decoded)
    return decoded


def json_object(data: bytes | dict[str, Any]) -> dict[str, Any]:
    """A JSON object whose texts every database can hold. Raises `BadRequest`."""
    try:
        value = msgspec.json.decode(data) if isinstance(data, bytes) else data
        if not isinstance(value, dict):
            raise BadRequest("Send a JSON object.", code="invalid_json")
        _refuse_unfit(value, "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("The body is not JSON.", code="invalid_json") from error
    return value


def request_hash(endpoint: str, body: msgspec.Struct) -> str:
    """SHA-256 of a call: the same for a retry of it, another for any other call."""
    canonical = msgspec.json.encode([endpoint, body], order="sorted")
    return hashlib.sha256(canonical).hexdigest()


def _explained(error: msgspec.ValidationError) -> BadRequest:
    text = str(error)
    path = _PATH.search(text)
    param = path["path"] if path else None
    field = _FIELD.search(text)
    if field:
        param = f"{param}.{field['field']}" if param else field["field"]
    return BadRequest(_PATH.sub("", text) + ".", param=param or None)


def _check(body: msgspec.Struct) -> None:
    if isinstance(body, Ask) and not body.content.strip():
        raise BadRequest("Ask something: the content is empty.", param="content")
    if isinstance(body, Ask | Again):
        _check_params(body.params or {})
        _check_window(body)
    if isinstance(body, Rating):
        if body.rating not in (None, 1, -1):
            raise BadRequest("A rating is 1, -1 or null.", param="rating")
        if body.comment is not None and len(body.comment) > MAX_COMMENT:
            raise BadRequest(f"A comment has at most {MAX_COMMENT} characters.", param="comment")
    if isinstance(body, NewConversation | Changes):
        _check_texts(body)
        if isinstance(body.params, dict):
            _check_params(body.params)


def _check_window(body: Ask | Again) -> None:
    window = body.resume_window
    if isinstance(window, float) and not 0 <= window < float("inf"):
        raise BadRequest("resume_window is a number of seconds from 0, or null.", param="resume_window")
    if body.background and window == 0:
        raise BadRequest(
            "A reply in the background with a resume_window of 0 would end at once.", param="resume_window"
        )


def _check_params(params: dict[str, Any]) -> None:
    if len(msgspec.json.encode(params)) > MAX_PARAMS:
        raise BadRequest(f"The parameters have at most {MAX_PARAMS} bytes as JSON.", param="params")
    for name, value in params.items():
        param = f"params.{name}"
        if name in OURS:
            raise BadRequest(f"{name} cannot be set as a parameter.", param=param)
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in _NUMBERS and not number:
            raise BadRequest(f"{name} is a number.", param=param)
        if name in _COUNTS and not (number and value == int(value)):
            raise BadRequest(f"{name} is a whole number.", param=param)
        if name in {"max_tokens", "max_completion_tokens"} and value < 1:
            raise BadRequest(f"{name} is at least 1.", param=param)


def _check_texts(body: NewConversation | Changes) -> None:
    for name, most in TEXT_LIMITS.items():
        value = getattr(body, name)
        if isinstance(value, str) and len(value) > most:
            raise BadRequest(f"{name} has at most {most} characters.", param=name)
    if isinstance(body, Changes) and isinstance(body.title, str) and not body.title.strip():
        raise BadRequest("A title is not empty.", param="title")


def _refuse_unfit(value: Any, path: str) -> None:
    if isinstance(value, str):
        if UNFIT.search(value):
            raise BadRequest(
                "The text holds a null character or half of a surrogate pair, which is no character.",
                code="invalid_characters",
                param=path or None,
            )
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unfit(key, path)
            _refuse_unfit(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for item in value:
            _refuse_unfit(item, path)
