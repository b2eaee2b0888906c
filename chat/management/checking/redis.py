"""Redis, where one is set: there, and passing messages on."""

import time
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from chat.ids import new_id
from chat.management.checking.finding import Finding, ok, problem, warning

PART: Final = "redis"
PATIENCE_SECONDS: Final = 3.0


def look() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield ok(PART, "None is set: one server process, or several that read each other's rows.")
        return
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield warning(
            PART, "With SQLite there is one server, which has nobody to talk to.", "Unset REDIS_URL."
        )
    try:
        seconds = _round_trip()
    except (RedisError, OSError) as error:
        yield problem(PART, f"It cannot be used: {error}", "Start it, or correct REDIS_URL.")
        return
    if seconds is None:
        yield problem(
            PART,
            "It answers, but passes no message on.",
            "Let this user publish and subscribe (ACL, channels).",
        )
    else:
        yield ok(PART, f"A message goes through in {seconds * 1000:.0f} ms.")


def _round_trip() -> float | None:
    """Publish to a channel that nobody else knows; how long it took, None where nothing came."""
    channel = f"chat:doctor:{new_id()}"
    client: Redis = Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
    )
    with client, client.pubsub() as subscription:  # type: ignore[no-untyped-call]
        subscription.subscribe(channel)
        subscription.get_message(timeout=PATIENCE_SECONDS)  # that it is subscribed
        begun = time.monotonic()
        client.publish(channel, b"here")
        message = subscription.get_message(timeout=PATIENCE_SECONDS)
        return time.monotonic() - begun if message and message["data"] == b"here" else None
