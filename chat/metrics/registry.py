"""The one registry of this process, and labels that stay few whatever people or providers name things."""

from functools import cache
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

REGISTRY: Final = CollectorRegistry()
"""Ours alone: the library's own would show what any package put there."""
MOST_MODELS: Final = 100
"""Of a provider that lists more, the later ones that are asked count as one: each costs forty series."""
LONGEST: Final = 80
OTHER: Final = "other"

_models: set[str] = set()
M = TypeVar("M", bound=MetricWrapperBase)


@cache
def labelled(metric: M, *labels: str) -> M:
    """Its series with these labels, found once: as few as the labels are."""
    return metric.labels(*labels)


def model_label(model: str) -> str:
    """The model as a label: its id, or `other` where this process has seen too many."""
    model = model[:LONGEST] or OTHER
    if model not in _models:
        if len(_models) >= MOST_MODELS:
            return OTHER
        _models.add(model)
    return model
