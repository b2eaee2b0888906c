"""The rows that hold what a running reply has so far."""

from functools import partial

import pytest
from django.db import connection
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.access.rows import message_for
from chat.actions.checkpoint import ROW_CHARS
from chat.auth.caller import Caller
from chat.chunks import Chunk
from chat.database import in_database
from chat.models import Checkpoint
from chat.service.requests import Ask


def reads(caller: Caller, reply: str, text: str) -> bool:
    return message_for(caller.user_id, reply).content == text


@pytest.mark.parametrize("word", ["word ", "詞😀 "])
async def test_what_comes_bit_by_bit_is_read_whole_from_rows_of_some_length(
    upstream: FedUpstream, as_alice: Caller, word: str
) -> None:
    source = upstream.script(finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    bits, said = [word * 30 + str(number) for number in range(8)], ""
    for bit in bits:
        source.feed(Chunk(reasoning=bit[::-1], text=bit))
        said += bit
        await eventually(partial(reads, as_alice, following.reply, said))
    rows = await in_database(lambda: list(Checkpoint.objects.order_by("id").values_list("text", "reasoning")))
    texts, thoughts = zip(*rows, strict=True)
    assert ("".join(texts), "".join(thoughts)) == (said, "".join(bit[::-1] for bit in bits))
    if ROW_CHARS[connection.vendor]:
        assert all(len(text + thought) >= ROW_CHARS[connection.vendor] for text, thought in rows[:-1])
        assert 1 < len(rows) < len(bits)
    else:
        assert list(texts) == bits
    source.end()
    assert (await read_to_end(following)).text == said
    message = await service.read_message(as_alice, following.reply)
    assert (message["content"], message["reasoning"]) == (said, "".join(thoughts))
    assert not await in_database(Checkpoint.objects.exists)
