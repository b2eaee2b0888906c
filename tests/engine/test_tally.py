"""What the engine tells whoever counts: once for a reply, once for a save, and never for a token."""

from fakes.engine_ports import FedSource, MemoryStore, new_transcript, settled

from chat.engine.ports import Ending
from chat.engine.registry import Registry
from chat.engine.transcript import Ended


class Told:
    """`chat.engine.ports.Tally`, remembering."""

    def __init__(self) -> None:
        self.endings: list[tuple[str, str, str]] = []
        self.saves = 0

    def ended(self, model: str, ending: Ending, told: Ended) -> None:
        self.endings.append((model, ending.text, told.status))

    def saved(self, seconds: float) -> None:
        assert seconds >= 0
        self.saves += 1


async def test_a_reply_is_told_once_and_a_save_once_however_many_tokens_there_were() -> None:
    told, store, source = Told(), MemoryStore(), FedSource()
    registry = Registry(store, checkpoint_seconds=3600, max_chars=0, tally=told)
    live = registry.begin(new_transcript(), owner=1, source=source, window=None)
    for number in range(100):
        source.text(str(number % 10))
    await settled()
    await settled()
    await registry._checkpoints.tick()
    assert (told.saves, told.endings) == (1, [])
    source.end()
    await live.done()
    await settled()
    assert told.endings == [("test", "0123456789" * 10, "complete")]
    assert told.saves == 1
    await registry.drain(0)


async def test_text_that_cannot_be_saved_is_behind_until_it_is() -> None:
    store, source = MemoryStore(), FedSource()
    registry = Registry(store, checkpoint_seconds=3600, max_chars=0)
    registry.begin(new_transcript(), owner=1, source=source, window=None)
    assert registry.behind == 0
    store.away = True
    source.text("unsaved")
    await settled()
    await registry._checkpoints.tick()
    assert registry.behind > 0
    store.away = False
    await registry._checkpoints.tick()
    assert registry.behind == 0
    await registry.drain(0)
