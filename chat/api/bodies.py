"""The body of a call, before anything reads its fields: right type, right size."""

import msgspec
from django.conf import settings
from django.http import HttpRequest

from chat.api.queries import sent
from chat.errors import TooLarge, UnsupportedMediaType

_EMPTY = b"{}"


class NoFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a call that takes none: unknown fields are refused here too."""


def json_body(request: HttpRequest, *, optional: bool = False) -> bytes:
    """The bytes that are to be JSON. Raises `TooLarge` and `UnsupportedMediaType`.

    Where all fields are optional the whole body is: no bytes stand for no fields.
    """
    body = _body(request)
    if optional and not body:
        return _EMPTY
    if request.content_type != "application/json":
        raise UnsupportedMediaType("Send the fields as JSON, with `Content-Type: application/json`.")
    _refuse_encoded(request)
    return body


def file_body(request: HttpRequest) -> bytes:
    """The bytes of a file, whatever its declared type. Raises `TooLarge` and `UnsupportedMediaType`."""
    if request.content_type == "multipart/form-data":
        raise UnsupportedMediaType(
            "Send the file's bytes as the body, not as a form (curl: --data-binary @file)."
        )
    _refuse_encoded(request)
    return _body(request)


def _body(request: HttpRequest) -> bytes:
    # Not `request.body`: Django's own limit (DATA_UPLOAD_MAX_MEMORY_SIZE) is for forms, and lower than ours.
    body = request.read() if not _declares_too_much(request) else None
    if body is None or _is_too_much(len(body)):
        raise TooLarge(f"The body is over the limit of {settings.CHAT_MAX_BODY_BYTES} bytes.")
    return body


def _refuse_encoded(request: HttpRequest) -> None:
    if (sent(request, "Content-Encoding") or "identity") != "identity":
        raise UnsupportedMediaType("Send the body as it is, without a Content-Encoding.")


def _declares_too_much(request: HttpRequest) -> bool:
    declared = request.META.get("CONTENT_LENGTH") or ""
    return declared.isdecimal() and _is_too_much(int(declared))


def _is_too_much(size: int) -> bool:
    most = settings.CHAT_MAX_BODY_BYTES
    return bool(most) and size > most
