"""What a request may send beside its body, and what is told of more: the same on every server.

Who asks by a long address may be an `EventSource`, which comes back for ever where nobody answers.
"""

import json
from typing import Final

from chat.errors import BadRequest

MOST: Final = 64 * 1024
"""Bytes, about. Of an address alone browsers send some 32,000 and more."""
LAST_SECONDS: Final = 2.0
"""Its sender has so long to read why: to close on bytes that nobody read would destroy the answer."""


class HeadTooLarge(BadRequest):
    """RFC 6585, section 5."""

    status = 431
    code = "head_too_large"


def refusal() -> bytes:
    """The whole answer, for a connection that is then closed."""
    error = HeadTooLarge(
        f"The head of the request is too large: {MOST} bytes at most. Long text goes into the body of a POST."
    )
    body = json.dumps({"error": error.as_dict()}).encode()
    head = (
        "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
