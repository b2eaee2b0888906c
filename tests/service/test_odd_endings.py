"""What a provider says about a reply beside its text: no oddity of it costs the text or the end."""

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.auth.caller import Caller
from chat.chunks import Chunk
from chat.engine.live_reply import MAX_FINISH_REASON
from chat.service.requests import Ask

ODD = {
    "a long finish reason": Chunk(finish_reason="x" * 60),
    "a finish reason with NUL": Chunk(finish_reason="st\x00op"),
    "half a character as finish reason": Chunk(finish_reason="\ud800"),
    "usage with NUL": Chunk(usage={"note": "a\x00b"}),
    "usage with half a character": Chunk(usage={"note": "\ud800"}),
    "a notice with NUL": Chunk(notice={"note": "a\x00b"}),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_the_text_is_kept_and_complete_whatever_is_said_about_it(
    upstream: FedUpstream, as_alice: Caller, odd: Chunk
) -> None:
    source = upstream.script("all of the text", finish_reason=None)
    source.feed(odd)
    source.end(odd.finish_reason or "stop")
    client = await read_to_end(await service.ask(as_alice, Ask("Hi")))
    assert client.end is not None
    assert (client.text, client.end.status) == ("all of the text", "complete")
    message = await service.read_message(as_alice, client.end.reply)
    assert (message["content"], message["status"]) == ("all of the text", "complete")
    assert len(message["finish_reason"] or "") <= MAX_FINISH_REASON
