"""What a server does for reviewers beside everything else: applies the flag rules, and announces flags."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from chat.database import in_database, reading
from chat.errors import Unavailable
from chat.review import announcing, rules
from chat.review.announcing import Delivery
from chat.review.delivering import NotDelivered, deliver

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""Between a message and the rules that look at it."""
TELL_SECONDS: Final = 5.0
"""Between a flag and the message that tells of it, unless one went out within the minute."""
LAST_SECONDS: Final = 5.0
"""For what is being sent when the process ends."""


async def watch_flags() -> None:
    await asyncio.gather(
        _again_and_again(apply_rules, LOOK_SECONDS, "the flag rules were not applied"),
        _again_and_again(announce, TELL_SECONDS, "flags were not announced"),
    )


async def _again_and_again(work: Callable[[], Awaitable[object]], seconds: float, trouble: str) -> None:
    """Trouble is logged when it begins, and once more only when it began anew."""
    broken = False
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
            broken = False
        except Unavailable:
            continue  # the database is away: what waits waits on
        except Exception:
            if not broken:
                logger.exception("%s; it is tried again", trouble)
            broken = True


async def apply_rules() -> None:
    """Look at all that waits. Matching has a thread of its own: the pool is for the database."""
    while (work := await reading(rules.next_work)) is not None:
        found = await asyncio.to_thread(rules.hits, work.rules, work.texts)
        await in_database(rules.finish, work, found)
        if len(work.completions) < rules.BATCH:
            return  # what came meanwhile waits for the next look: a busy site would be looked at without end


async def announce() -> None:
    """Gather what is new, and send what is due."""
    if not announcing.ways():
        return
    await in_database(announcing.gather)
    while (delivery := await in_database(announcing.next_delivery)) is not None:
        sending = asyncio.create_task(_send(delivery))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            # It may be on its way: who comes after us must not send it again for want of a note.
            await asyncio.wait({sending}, timeout=LAST_SECONDS)
            raise


async def _send(delivery: Delivery) -> None:
    try:
        await asyncio.to_thread(deliver, delivery)
    except NotDelivered as why:
        pause = await in_database(announcing.failed, delivery)
        if delivery.attempts == 1:  # the later attempts say nothing new
            logger.warning(
                "flags could not be announced by %s (%s); tried again in %d s, then less and less often",
                delivery.way.value,
                why,
                pause.total_seconds(),
            )
        return
    await in_database(announcing.delivered, delivery)
    if delivery.attempts > 1:
        logger.info("flags were announced by %s at attempt %d", delivery.way.value, delivery.attempts)
