"""What this process holds at this moment, for whoever watches it: counts alone, nothing of anybody's."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from chat.relay import RedisRelay
from chat.service import runtime as current


@dataclass(frozen=True, slots=True)
class Held:
    """Seconds throughout."""

    running: Mapping[str, int]
    """Live replies by model."""
    followers: int
    """Those who follow a reply or all that is live, whatever connection they do it over."""
    listeners: int
    """Connections that are told news of conversations."""
    behind: float
    """For how long text has waited to be saved; 0 where none does."""
    beat_age: float
    """Since the process last told the database that it lives."""
    relay_up: bool | None
    """Whether the other processes can be reached; None where there is no Redis."""
    draining: bool


def held() -> Held | None:
    """None where no server was started."""
    here = current.current()
    if here is None:
        return None
    registry, relay = here.registry, here.relay
    return Held(
        running=Counter(live.transcript.model for live in registry.running()),
        followers=len(here.streams),
        listeners=len(here.listeners),
        behind=registry.behind,
        beat_age=registry.pulse.age,
        relay_up=relay.up if isinstance(relay, RedisRelay) else None,
        draining=registry.draining,
    )
