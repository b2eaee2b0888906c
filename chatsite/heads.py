"""What a request may send beside its body, and what is told of more: the same on every server.

Who asks by a long address may be an `EventSource`, which comes back for ever where nobody answers.
"""

from typing import Final

from chat.errors import BadRequest
from chatsite.last_words import last_words

MOST: Final = 64 * 1024
"""Bytes, about. Of an address alone browsers send some 32,000 and more."""


class HeadTooLarge(BadRequest):
    """RFC 6585, section 5."""

    status = 431
    code = "head_too_large"


def refusal() -> bytes:
    """The whole answer, for a connection that is then closed."""
    error = HeadTooLarge(
        f"The head of the request is too large: {MOST} bytes at most. Long text goes into the body of a POST."
    )
    return last_words(error, "Request Header Fields Too Large")
