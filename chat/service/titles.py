"""A title for a new conversation, made by the model beside its first reply."""

import asyncio
import logging

from chat.actions.conversations import set_made_title
from chat.database import in_database
from chat.engine.live_reply import LiveReply
from chat.errors import ChatError
from chat.events import Title
from chat.service.runtime import Runtime

logger = logging.getLogger(__name__)


async def make_title(here: Runtime, live: LiveReply, question: str) -> None:
    """Ask for a title, save it where nobody named the conversation meanwhile, and tell it.

    An abort before the first token cancels it: nobody waits for the answer, so nobody pays for the title.
    """
    transcript = live.transcript
    asking = asyncio.create_task(here.upstream.title(transcript.model, question, str(live.owner)))
    ending = asyncio.create_task(live.done())
    try:
        await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done() and not live.grew:
            return
        title = await asking
        if not title or not await in_database(set_made_title, transcript.conversation, title):
            return
        transcript.title = title
        live.wake()
        await here.announce(live.owner, Title(str(transcript.conversation), title))
        here.tell_changed(live.owner, transcript.conversation)
    except ChatError as error:
        logger.info("no title for conversation %s: %s", transcript.conversation, error.message)
    finally:
        asking.cancel()
        ending.cancel()
        await asyncio.gather(asking, ending, return_exceptions=True)
