"""`/metrics`: what was counted, and what the process holds as it is asked. Costs nothing until then."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client import Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from chat import service
from chat.database import hops
from chat.metrics import requests
from chat.metrics.registry import REGISTRY, model_label

loop_lag: Final = Histogram(
    "chat_event_loop_lag_seconds",
    "How much later than it was due the event loop came to a task that waits for nothing.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)


class _Held(Collector):
    """Gauges that are read where the things are."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("chat_open_sockets", "Open WebSockets.", sum(requests.sockets.values()))
        streams = GaugeMetricFamily(
            "chat_open_streams", "Open HTTP streams, by edge and form.", labels=["edge", "form"]
        )
        for (edge, form), number in sorted(requests.streams.items()):
            streams.add_metric([edge, form], number)
        yield streams
        awaited = GaugeMetricFamily(
            "chat_database_calls", "Calls to the database that are awaited now.", labels=["pool"]
        )
        threads = GaugeMetricFamily(
            "chat_database_threads",
            "How many of them can be under way, each with a connection.",
            labels=["pool"],
        )
        for pool, (number, limit) in hops().items():
            awaited.add_metric([pool], number)
            threads.add_metric([pool], limit)
        yield awaited
        yield threads
        yield _gauge("process_threads", "Threads of this process.", _threads())
        if (held := service.held()) is not None:
            yield from _of_server(held)


def _of_server(held: service.Held) -> Iterator[Metric]:
    running = GaugeMetricFamily("chat_running_replies", "Replies that run in this process.", labels=["model"])
    by_label: dict[str, int] = {}
    for model, number in held.running.items():
        label = model_label(model)
        by_label[label] = by_label.get(label, 0) + number
    for label, number in sorted(by_label.items()):
        running.add_metric([label], number)
    yield running
    yield _gauge("chat_followers", "Who follows a reply, or all that is live.", held.followers)
    yield _gauge("chat_listeners", "Connections that are told news of conversations.", held.listeners)
    yield _gauge("chat_checkpoint_lag_seconds", "For how long text has waited to be saved.", held.behind)
    yield _gauge(
        "chat_beat_age_seconds", "Since this process told the database that it lives.", held.beat_age
    )
    yield _gauge("chat_draining", "1 while the process lets go of its work.", held.draining)
    if held.relay_up is not None:
        yield _gauge("chat_redis_up", "1 where the other processes can be reached.", held.relay_up)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))


def _threads() -> int:
    """All of them where the system tells, else those that Python began."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


disable_created_metrics()  # type: ignore[no-untyped-call]  # when each of them was begun: three series more for each histogram
REGISTRY.register(_Held())
ProcessCollector(registry=REGISTRY)


def shown(accept: str) -> tuple[str, bytes]:
    """The content type, and all metrics in it: OpenMetrics where that is asked for, else Prometheus' text."""
    encode, content_type = choose_encoder(accept)
    return content_type, encode(REGISTRY)
