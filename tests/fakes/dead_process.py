"""What a process leaves that was killed while its replies ran."""

from uuid import UUID

from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.auth.caller import Caller
from chat.database import in_database
from chat.models import Checkpoint, Completion, Message, Server
from chat.service.requests import Ask


async def running_reply_of_a_dead_process(caller: Caller, upstream: FedUpstream) -> tuple[str, UUID]:
    """As a killed process leaves it: the row streams, a checkpoint holds the text, and nobody runs it."""
    upstream.script("gone")
    following = await service.ask(caller, Ask("Hi"))
    await read_to_end(following)

    def rewrite() -> UUID:
        dead = Server.objects.create(name="dead", beat=7)
        reply = Message.objects.get(id=following.reply)
        assert reply.completion_id is not None
        Completion.objects.filter(id=reply.completion_id).update(
            status="streaming", ended=None, server=dead, finish_reason=None
        )
        Message.objects.filter(id=reply.id).update(status="streaming", content="")
        Checkpoint.objects.create(
            completion_id=reply.completion_id, text_offset=0, text="sav", reasoning_offset=0, reasoning="hm"
        )
        Checkpoint.objects.create(
            completion_id=reply.completion_id, text_offset=3, text="ed", reasoning_offset=2, reasoning=""
        )
        return reply.completion_id

    return following.reply, await in_database(rewrite)
