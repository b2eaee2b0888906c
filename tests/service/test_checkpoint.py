"""One statement saves what many replies grew by: each under its guard, and to the character."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User

from chat.access.running_text import read_pieces
from chat.actions.ask import Question, ask
from chat.actions.checkpoint import Growth, save_growth
from chat.actions.finish import Outcome, finish
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.models import Server

AWKWARD = [
    '"quoted" \\ and \\u0041',
    "\n\t\r\x7f\x1f",
    "山 𝄞 👩‍👩‍👧",
    "\u2028\u0085\ufeff",
    "%s ? :1 $[1] 'x'",
    "",
]
Begin = Callable[[], NewReply]


@pytest.fixture
def begin(alice: User) -> Begin:
    server = Server.objects.create(id=uuid4(), name="one").id
    origin = Origin(alice.pk, server, "", lambda name, params: Chosen("m", "c"))

    def new() -> NewReply:
        reply = ask(origin, Question("How high is it?"))
        assert isinstance(reply, NewReply)
        return reply

    return new


def saved(epoch: UUID) -> tuple[str, str]:
    pieces = read_pieces(completion=epoch)
    return "".join(pieces.text.get(epoch, ())), "".join(pieces.reasoning.get(epoch, ()))


def test_each_piece_comes_back_to_the_character(begin: Begin) -> None:
    epochs = [begin().epochs[-1].id for _ in AWKWARD]
    grown = [Growth(epoch, 0, text, 0, text[::-1]) for epoch, text in zip(epochs, AWKWARD, strict=True)]
    assert save_growth(grown) == frozenset()
    assert [saved(epoch) for epoch in epochs] == [(text, text[::-1]) for text in AWKWARD]


def test_what_has_ended_takes_nothing_and_is_told_beside_what_is_saved(begin: Begin) -> None:
    over, running = begin(), begin()
    ended, epoch = over.epochs[-1].id, running.epochs[-1].id
    finish(over.reply, ended, Outcome("complete", "High.", ""))
    gone = uuid4()
    told = save_growth([Growth(one, 0, "more", 0, "") for one in (ended, epoch, gone)])
    assert told == {ended, gone}
    assert (saved(ended), saved(epoch)) == (("", ""), ("more", ""))


def test_the_same_place_again_is_the_longer_piece(begin: Begin) -> None:
    epoch = begin().epochs[-1].id
    for text in ("One", "One and two"):
        assert save_growth([Growth(epoch, 0, text, 0, "")]) == frozenset()
    assert saved(epoch) == ("One and two", "")
