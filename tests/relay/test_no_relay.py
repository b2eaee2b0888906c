"""One process: nobody else answers, and the row alone tells of a reply that runs nowhere."""

from fakes.scripted_owner import ScriptedOwner

from chat.ids import new_id
from chat.relay import NoRelay


async def test_nobody_else_stops_or_sends_anything() -> None:
    relay = NoRelay(silence=0)
    await relay.start(ScriptedOwner())
    assert await relay.stop(new_id(), new_id()) is False
    async with relay.follow(new_id(), new_id(), new_id(), reasoning=0, text=0) as pieces:
        assert [await anext(pieces) for _ in range(2)] == [None, None]
    await relay.close()


async def test_an_announcement_is_for_this_process() -> None:
    owner, relay = ScriptedOwner(), NoRelay()
    await relay.announce(7, {"type": "title"})
    await relay.start(owner)
    await relay.announce(7, {"type": "title"})
    assert await owner.announcements.get() == (7, {"type": "title"})
    assert owner.announcements.empty()
