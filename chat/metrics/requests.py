"""What was asked of this process over HTTP and WebSocket, and what of it is open. By edge, never by whom."""

from collections import Counter
from typing import Final

from prometheus_client import Histogram

from chat.metrics.registry import REGISTRY, labelled

_answered: Final = Histogram(
    "chat_request_seconds",
    "From a request to the head of its answer. A stream's head comes when it opens, not when it ends.",
    ["edge", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
# Each of them is told by the event loop's own thread, so that no lock is needed.
streams: Final[Counter[tuple[str, str]]] = Counter()
"""Open streams by edge (`api`, `openai`, `admin`) and form (`sse`, `ndjson`, `text`)."""
sockets: Final[Counter[str]] = Counter()
"""Open WebSockets, under `websocket`."""


def answered(edge: str, status: int | None, seconds: float) -> None:
    """A request was answered with this status; None: its client went before."""
    labelled(_answered, edge, "gone" if status is None else f"{status // 100}xx").observe(seconds)
