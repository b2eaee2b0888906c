"""The retention rules at work in a server: some conversations every few minutes, each in a hop of its own."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final
from uuid import UUID

from chat.database import in_database, reading
from chat.errors import Unavailable
from chat.review import retention
from chat.service.attachments import sweep_files

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 600
"""A rule counts days: ten minutes are early enough, and a look reads all conversations once."""
BREATH_SECONDS: Final = 0.02
"""Between two conversations: SQLite has one writer, and replies are saved by the same one."""


async def keep_retention(tell_changed: Callable[[int, UUID], None]) -> None:
    """Forever. Its trouble is logged, and it is tried again."""
    while True:
        try:
            await apply_rules(tell_changed)
        except Unavailable:
            pass  # a database that is away has nothing to be deleted now
        except Exception:
            logger.exception("the retention rules could not be applied; they are tried again")
        await asyncio.sleep(EVERY_SECONDS)


async def apply_rules(tell_changed: Callable[[int, UUID], None]) -> int:
    """Until nothing is due; of how many conversations. Their users' open pages are told."""
    done = 0
    for rule in await reading(retention.enabled_rules):
        while keys := await reading(retention.due_now, rule):
            before = done
            for key, owner in keys:
                if await in_database(retention.apply_to, rule.pk, key):
                    done += 1
                    tell_changed(owner, key)
                await asyncio.sleep(BREATH_SECONDS)
            if done == before:
                break  # what is left runs still, or came back
    if done:
        await sweep_files()
    return done
