"""Model servers that run on this machine and wait to be connected: now Ollama, where it usually answers.

Asked for by the administration's pages alone: never by a page of the chat, never for longer than a blink.
"""

import logging
import time
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

logger = logging.getLogger(__name__)

CHECK_SECONDS = 0.3
"""On loopback a server answers within milliseconds, and a closed port refuses at once."""
REMEMBER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class LocalServer:
    """What is offered: a name and the base URL of its OpenAI-compatible API."""

    name: str
    base_url: str
    check_url: str


OLLAMA = LocalServer("Ollama", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/api/version")

_answers: dict[str, tuple[float, bool]] = {}
_opener = build_opener(ProxyHandler({}))
"""No proxy stands between this machine and itself."""


def answers(server: LocalServer) -> bool:
    """Whether it answers; remembered for half a minute."""
    asked, answered = _answers.get(server.check_url, (float("-inf"), False))
    if time.monotonic() - asked > REMEMBER_SECONDS:
        answered = _ask(server.check_url)
        _answers[server.check_url] = (time.monotonic(), answered)
    return answered


def _ask(url: str) -> bool:
    try:
        with _opener.open(url, timeout=CHECK_SECONDS) as response:
            return bool(response.status == 200)
    except (URLError, OSError, ValueError) as error:
        logger.debug("%s does not answer: %s", url, error)
        return False
