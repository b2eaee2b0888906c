"""An error as a whole answer, where the application is not heard any more, or not yet: the connection is then
closed.
"""

import json
from typing import Final

from chat.errors import ChatError

LAST_SECONDS: Final = 2.0
"""Its sender has so long to read why: to close on bytes that nobody read would destroy the answer."""


def last_words(error: ChatError, reason: str) -> bytes:
    """HTTP/1.1, with the error in the shape that the API has for it. `reason`: the phrase of its status."""
    body = json.dumps({"error": error.as_dict()}).encode()
    head = (
        f"HTTP/1.1 {error.status} {reason}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
