"""What is counted of a reply: how it ended, once, with labels that stay few."""

from dataclasses import replace
from typing import Any

import pytest

from chat.engine.ports import Ending
from chat.engine.transcript import DRAINED, LEFT, Ended
from chat.ids import new_id
from chat.metrics import registry
from chat.metrics.registry import REGISTRY, model_label
from chat.metrics.replies import CountedReplies


def ending(ended: Ended) -> Ending:
    text = ("twelve chars", "think")
    return Ending(new_id(), new_id(), ended, *text, None, None, None, waited=0.3, lasted=5.0)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize(
    ("wanted", "told", "how"),
    [
        (Ended("complete"), Ended("complete"), "complete"),
        (Ended("stopped"), Ended("stopped"), "stopped"),
        (LEFT, Ended("interrupted"), "left"),
        (DRAINED, Ended("interrupted"), "drain"),
        (Ended("interrupted"), Ended("interrupted"), "taken"),
        (Ended("complete"), Ended("stopped"), "taken"),
    ],
)
def test_how_it_ended(wanted: Ended, told: Ended, how: str) -> None:
    before = value("chat_replies_ended_total", model="how", how=how)
    CountedReplies().ended("how", ending(wanted), told)
    assert value("chat_replies_ended_total", model="how", how=how) == before + 1


def test_how_long_it_took_and_what_it_used() -> None:
    usage: dict[str, Any] = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    ended = Ended("complete", usage=usage)
    CountedReplies().ended("used", ending(ended), ended)
    assert value("chat_tokens_total", model="used", kind="prompt") == 7
    assert value("chat_tokens_total", model="used", kind="completion") == 3
    assert value("chat_reply_characters_total", model="used") == 17
    assert value("chat_first_token_seconds_sum", model="used") == pytest.approx(0.3)
    assert value("chat_reply_seconds_sum", model="used") == pytest.approx(5)


def test_a_reply_that_brought_nothing_has_no_first_token() -> None:
    ended = Ended("failed", error={"code": "upstream_timeout"})
    CountedReplies().ended("none", replace(ending(ended), waited=None), ended)
    assert value("chat_first_token_seconds_count", model="none") == 0
    assert value("chat_upstream_errors_total", model="none", cause="upstream_timeout") == 1


@pytest.mark.parametrize("usage", [{"prompt_tokens": "7"}, {"prompt_tokens": -7}, {"prompt_tokens": None}])
def test_what_a_provider_makes_up_is_not_counted(usage: dict[str, Any]) -> None:
    ended = Ended("complete", usage=usage)
    CountedReplies().ended("odd", ending(ended), ended)
    assert value("chat_tokens_total", model="odd", kind="prompt") == 0


def test_models_beyond_a_hundred_count_as_one() -> None:
    labels = {model_label(f"model-{number}") for number in range(registry.MOST_MODELS + 50)}
    assert registry.OTHER in labels
    assert len(labels) <= registry.MOST_MODELS + 1
    assert len(model_label("x" * 1000)) <= registry.LONGEST
