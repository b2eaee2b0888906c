"""One process's connection to Redis: hears its channels, sends to others, and comes back by itself.

Redis being away is never an error here: nothing is heard, and what is sent does not arrive. That has more
names than the library's own errors: uvloop tells a connection that breaks while it is made by a
`RuntimeError`, and one that is closed while somebody sends by it is a `KeyError`.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from chat.cancellation import end_if_cancelled, times_cancelled

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 2.0
"""The longest that one command may take."""
QUIET_SECONDS = 3.0
"""Hearing nothing for so long, it asks Redis whether it is there; twice in vain, and it connects anew."""
RECONNECT_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between attempts; the last one repeats."""


class RedisLine:
    """`run` is its life, cancelled at the end. `heard` gets each message, `back` tells of each connect."""

    def __init__(
        self, url: str, channels: Sequence[str], heard: Callable[[bytes], None], back: Callable[[], None]
    ) -> None:
        # One connection to send by, so that messages arrive in the order in which they were sent. No
        # retries of the client's: they would hide that messages to us were lost meanwhile.
        self._redis: Redis = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
            single_connection_client=True,
        )
        self._channels = channels
        self._heard = heard
        self._back = back
        self.up = False
        """All channels are heard now."""

    async def run(self) -> None:
        attempt = 0
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(*self._channels)
                    await self._confirmed(subscription)
                    end_if_cancelled()
                    attempt, self.up = 0, True
                    self._back()
                    await self._listen(subscription)
            except Exception as error:  # noqa: BLE001 (see above: whatever it is, the line is to come back)
                end_if_cancelled(error=error)
                if self.up or attempt == 0:
                    logger.warning("the relay is down, trying again: %s", error)
                self.up = False
            await asyncio.sleep(RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)])
            attempt += 1

    async def _confirmed(self, subscription: PubSub) -> None:
        """Wait until Redis has taken every channel: from then on nothing sent to us is missed."""
        for _ in self._channels:
            if await subscription.get_message(timeout=ANSWER_SECONDS) is None:
                raise RedisConnectionError("Redis does not answer")

    async def _listen(self, subscription: PubSub) -> None:
        unanswered = 0
        while True:
            message = await subscription.get_message(timeout=QUIET_SECONDS)
            end_if_cancelled()
            if message is None:
                if unanswered == 2:
                    raise RedisConnectionError("Redis does not answer")
                unanswered += 1
                await subscription.ping()
                continue
            unanswered = 0
            if message["type"] == "message":
                self._heard(message["data"])

    async def publish(self, channel: str, data: bytes) -> bool:
        """Whether somebody heard it. False also when Redis is away; never raises for that."""
        before = times_cancelled()
        try:
            heard = bool(await self._redis.publish(channel, data))
        except Exception as error:  # noqa: BLE001 (see above)
            end_if_cancelled(before, error)
            return False
        end_if_cancelled(before)
        return heard

    async def close(self) -> None:
        await self._redis.aclose()
