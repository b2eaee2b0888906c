"""Daphne's requests as we want them: their bodies are read by the application alone.

Loaded once, before the server listens. Knows Daphne and Twisted, and nothing of ours.
"""

from typing import Any

from daphne import http_protocol


class Request(http_protocol.WebRequest):
    """Twisted would parse forms before the application: work done twice, and a 400 of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **options)


def install() -> None:
    """From now on every HTTP request of this process is such a one."""
    http_protocol.WebRequest = Request
