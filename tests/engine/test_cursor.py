"""Joining, resuming and following live are one thing: what a client joins is what the transcript holds."""

from uuid import UUID

from fakes.engine_ports import new_transcript
from fakes.joining_client import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.engine.cursor import Cursor
from chat.engine.growing_text import GrowingText
from chat.engine.transcript import Ended, Epoch, Transcript
from chat.events import Batch, Delta, End, Queue, Start, Title
from chat.ids import new_id

pieces = st.text(
    alphabet=["a", "é", "e\u0301"[1], "中", "😀", "\u200d", "👩", "\n", "\u2028"], min_size=1, max_size=6
)


def kinds(batch: Batch | None) -> list[str]:
    return [] if batch is None else [event.type for event in batch.events]


def crashed(transcript: Transcript, saved_text: int) -> Transcript:
    """What the database has of it after the process died: the text of some checkpoint, interrupted."""
    return Transcript(
        conversation=transcript.conversation,
        request=transcript.request,
        reply=transcript.reply,
        model=transcript.model,
        epochs=transcript.epochs,
        text=GrowingText(transcript.text.value()[:saved_text]),
        reasoning=GrowingText(transcript.reasoning.value()),
        ended=Ended("interrupted"),
    )


def continued(transcript: Transcript) -> Transcript:
    epoch = Epoch(new_id(), transcript.reasoning.length, transcript.text.length)
    return Transcript(
        conversation=transcript.conversation,
        request=transcript.request,
        reply=transcript.reply,
        model=transcript.model,
        epochs=(*transcript.epochs, epoch),
        text=GrowingText(transcript.text.value()),
        reasoning=GrowingText(transcript.reasoning.value()),
    )


def test_a_first_follower_gets_start_then_the_text() -> None:
    transcript = new_transcript()
    transcript.text.append("Hello")
    cursor = Cursor()
    batch = cursor.take(transcript)
    assert kinds(batch) == ["start", "delta"]
    assert cursor.take(transcript) is None


def test_what_was_missed_comes_as_one_joined_delta() -> None:
    transcript = new_transcript()
    cursor = Cursor()
    cursor.take(transcript)
    for piece in ("a", "b", "😀"):
        transcript.text.append(piece)
    batch = cursor.take(transcript)
    assert batch is not None
    assert batch.events == (Delta(str(transcript.reply), 0, "ab😀"),)


def test_a_resume_has_no_second_start() -> None:
    transcript = new_transcript()
    transcript.text.append("one ")
    client = Client()
    client.read_all(transcript)
    transcript.text.append("two")
    client.read_all(transcript)
    assert (client.starts, client.text) == (1, "one two")


def test_a_title_carries_no_id_and_never_stands_last() -> None:
    transcript = new_transcript()
    cursor = Cursor()
    transcript.title = "T"
    first = cursor.take(transcript)
    assert kinds(first) == ["start"]
    second = cursor.take(transcript)
    assert second == Batch((Title(str(transcript.conversation), "T"),), None)
    transcript.title = "U"
    transcript.text.append("x")
    third = cursor.take(transcript)
    assert kinds(third) == ["title", "delta"]
    assert third is not None
    assert third.id is not None


def test_the_place_in_the_queue_is_told_when_it_changes() -> None:
    transcript = new_transcript()
    cursor = Cursor()
    cursor.take(transcript)
    transcript.place = 2
    assert cursor.take(transcript) == Batch((Queue(str(transcript.reply), 2),), None)
    assert cursor.take(transcript) is None


def test_after_the_end_a_client_has_had_everything() -> None:
    transcript = new_transcript()
    transcript.text.append("x")
    transcript.ended = Ended("complete", "stop")
    client = Client()
    client.read_all(transcript)
    assert client.end == End(str(transcript.reply), "complete", "stop", 1, None, None)
    assert client.reconnect().at_end(transcript)
    assert not Cursor().at_end(transcript)


def test_a_client_that_missed_only_the_end_gets_only_the_end() -> None:
    transcript = new_transcript()
    transcript.text.append("x")
    client = Client()
    client.read_all(transcript)
    transcript.ended = Ended("stopped")
    assert kinds(client.reconnect().take(transcript)) == ["end"]


def test_a_position_stays_good_across_the_seam_of_a_continue() -> None:
    transcript = new_transcript()
    transcript.text.append("one ")
    client = Client()
    client.read_all(transcript)
    behind = client.last_id
    transcript.text.append("two ")
    transcript.ended = Ended("stopped")
    client.read_all(transcript)
    later = continued(transcript)
    assert not client.reconnect().at_end(later), "its end is not the reply's end any more"
    later.text.append("three")
    client.read_all(later)
    assert (client.starts, client.text) == (1, "one two three")
    client.last_id, client.text = behind, "one "
    client.read_all(later)
    assert (client.starts, client.text) == (1, "one two three")


def test_continue_streams_start_and_then_deltas_from_the_old_length() -> None:
    transcript = new_transcript()
    transcript.text.append("old ")
    transcript.reasoning.append("thought")
    transcript.ended = Ended("stopped")
    later = continued(transcript)
    later.text.append("new")
    batch = Cursor(from_epoch_start=True).take(later)
    assert batch is not None
    assert [type(event) for event in batch.events] == [Start, Delta]
    assert batch.events[1] == Delta(str(later.reply), 4, "new")


def test_after_a_crash_only_a_client_that_had_more_begins_again() -> None:
    transcript = new_transcript()
    transcript.text.append("saved ")
    behind = Client()
    behind.read_all(transcript)
    transcript.text.append("lost")
    ahead = Client()
    ahead.read_all(transcript)
    row = crashed(transcript, len("saved "))
    ahead.read_all(row)
    behind.read_all(row)
    assert (ahead.starts, ahead.text) == (2, "saved ")
    assert (behind.starts, behind.text) == (1, "saved ")
    for client in (ahead, behind):
        assert client.end is not None
        assert client.end.status == "interrupted"


def test_a_running_row_that_is_behind_its_reader_lost_nothing() -> None:
    transcript = new_transcript()
    transcript.text.append("shown")
    client = Client()
    client.read_all(transcript)
    row = crashed(transcript, 2)
    row.ended = None
    assert client.reconnect().is_ahead_of(row)
    row.text.append(transcript.text.since(2))
    assert not client.reconnect().is_ahead_of(row)
    assert not client.reconnect().is_ahead_of(crashed(transcript, 2)), "of what ended, it was lost"


def test_a_lost_tail_is_noticed_also_after_a_continue() -> None:
    transcript = new_transcript()
    transcript.text.append("saved lost")
    ahead = Client()
    ahead.read_all(transcript)
    later = continued(crashed(transcript, 6))
    later.text.append("another tail")
    ahead.read_all(later)
    assert (ahead.starts, ahead.text) == (2, "saved another tail")


def test_a_position_of_an_unknown_epoch_begins_again() -> None:
    transcript = new_transcript()
    transcript.text.append("text")
    client = Client()
    client.read_all(transcript)
    transcript.epochs = (Epoch(UUID(int=1)),)
    client.read_all(transcript)
    assert (client.starts, client.text) == (2, "text")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("text"), pieces),
        st.tuples(st.just("reasoning"), pieces),
        st.tuples(st.just("read"), st.integers(0, 2)),
        st.tuples(st.just("cut"), st.integers(0, 8)),
        st.tuples(st.just("stop and continue"), st.none()),
        st.tuples(st.just("crash"), st.integers(0, 10)),
        st.tuples(st.just("title"), pieces),
    ),
    max_size=40,
)


@settings(max_examples=500)
@given(steps)
def test_what_a_client_joins_is_what_is_saved(script: list[tuple[str, object]]) -> None:
    """Random deltas, joins, drops in mid-write, crashes, continues and resumes, by three clients."""
    transcript = new_transcript()
    clients = [Client() for _ in range(3)]
    open_cursors: list[Cursor | None] = [None, None, None]
    for step, value in script:
        if step == "text":
            transcript.text.append(str(value))
        elif step == "reasoning":
            transcript.reasoning.append(str(value))
        elif step == "title":
            transcript.title = str(value)
        elif step == "read":
            who = int(str(value))
            cursor = open_cursors[who] = open_cursors[who] or clients[who].reconnect()
            clients[who].take(cursor.take(transcript))
        elif step == "cut":
            who, read = divmod(int(str(value)), 3)
            cursor = open_cursors[who] or clients[who].reconnect()
            clients[who].take(cursor.take(transcript), events=read)
            open_cursors[who] = None
        elif step == "stop and continue":
            transcript.ended = Ended("stopped")
            transcript = continued(transcript)
            open_cursors = [None, None, None]
        elif step == "crash":
            lost = int(str(value))
            saved = max(transcript.epoch.text_start, transcript.text.length - lost)
            transcript = continued(crashed(transcript, saved))
            open_cursors = [None, None, None]
    transcript.ended = Ended("complete", "stop")
    for client in clients:
        client.read_all(transcript)
        assert client.text == transcript.text.value()
        assert client.reasoning == transcript.reasoning.value()
        assert client.reconnect().at_end(transcript)
