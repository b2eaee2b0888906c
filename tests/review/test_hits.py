"""Full-text search over all users: hits lead to their message; what was not looked at is said to be so."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from review.furnished import digest, origin_of, said

from chat.actions.again import regenerate
from chat.actions.ask import Question, ask
from chat.actions.deleting import hide_conversation, hide_message
from chat.actions.finish import Outcome, finish, finish_as_saved
from chat.actions.new_reply import NewReply
from chat.errors import BadRequest
from chat.models import Conversation, Message
from chat.review import hits
from chat.review.chosen import chosen
from chat.review.filters import Filter
from chat.review.finding import neighbours
from chat.review.hits import Hit, search
from chat.search.rebuild import rebuild


def found(reviewer: User, q: str, **wanted: Any) -> list[Hit]:
    return list(search(Filter(q=q, **wanted), reviewer.pk).found)


def test_a_word_is_found_in_messages_of_all_users(alice: User, bob: User, carol: User) -> None:
    of_alice = said(alice, "Why do they?", "Marmots whistle when they are alarmed.")
    of_bob = said(bob, "Do marmots sleep?", "For seven months.")
    first, second, third = found(carol, "marmot")
    assert (first.owner, first.message) == ("bob", None), "the title has the question's words"
    assert (second.owner, second.message, second.role) == ("bob", of_bob.request, "user")
    assert (third.owner, third.message, third.status) == ("alice", of_alice.reply, "complete")
    assert [piece.text for piece in third.snippet if piece.is_found] == ["Marmots"]
    assert [hit.message for hit in found(carol, "marmot", user="alice")] == [of_alice.reply]
    assert found(carol, "marmot", status=("failed",)) == []
    assert found(carol, "lynx") == []
    assert found(carol, "…") == []


@pytest.mark.parametrize("words", ["骑", "骑行", "北京的天气", "天气 骑行"])
def test_one_and_two_chinese_characters_are_found(alice: User, carol: User, words: str) -> None:
    new = said(alice, "Where?", "今天北京的天气很好，适合骑行。")
    for sort in ("newest", "ranked"):
        (hit,) = found(carol, words, sort=sort)
        assert hit.message == new.reply
        assert {piece.text for piece in hit.snippet if piece.is_found} == set(words.split())


def test_other_branches_edits_and_partial_replies_are_found(alice: User, carol: User) -> None:
    new = said(alice, "Seals?", "The walrus came first.", status="stopped", finish_reason=None)
    again = regenerate(origin_of(alice), str(new.reply), None, None)
    assert isinstance(again, NewReply)
    finish(again.reply, again.epochs[-1].id, Outcome("complete", "An otter.", ""))
    edit = ask(
        origin_of(alice), Question("Sealions?", conversation=str(new.conversation), at_end=False, parent=None)
    )
    assert isinstance(edit, NewReply)
    assert finish_as_saved(edit.epochs[-1].id, "interrupted")
    digest()
    assert [(hit.message, hit.status) for hit in found(carol, "walrus")] == [(new.reply, "stopped")]
    assert [hit.message for hit in found(carol, "otter")] == [again.reply]
    assert [hit.message for hit in found(carol, "sealion")] == [edit.request]


def test_what_is_hidden_is_not_found(alice: User, carol: User) -> None:
    new = said(alice, "Hm", "Marmots.")
    hide_message(alice.pk, new.reply)
    assert found(carol, "marmots") == []
    other = said(alice, "Hm", "Lynxes.")
    hide_conversation(alice.pk, other.conversation)
    assert found(carol, "lynxes") == []


def test_titles_come_first_also_when_the_index_was_made_anew(alice: User, carol: User) -> None:
    new = said(alice, "Hm", "Marmots.")
    Conversation.objects.update(title="All about marmots")
    rebuild()
    assert [hit.message for hit in found(carol, "marmots")] == [None, new.reply]


def test_pages_follow_each_other_without_a_gap(
    alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "PAGE", 3)
    made = [said(alice, "Hm", "Marmots " * (place + 1), digested=False).reply for place in range(8)]
    digest()
    for sort in ("newest", "ranked"):
        seen: list[Any] = []
        after = None
        while True:
            page = search(Filter(q="marmots", sort=sort), carol.pk, after)
            seen += [hit.message for hit in page.found]
            if (after := page.next) is None:
                break
        assert page.further is None
        assert seen == made[::-1] if sort == "newest" else sorted(seen) == made
    keys = [hit.conversation for hit in found(carol, "marmots")]
    assert neighbours(Filter(q="marmots"), keys[1], carol.pk) == (keys[0], keys[2])
    assert neighbours(Filter(q="marmots"), keys[0], carol.pk)[0] is None


def test_the_best_match_is_first(alice: User, carol: User) -> None:
    best = said(alice, "Hm", "Marmots, marmots, marmots.")
    said(alice, "Hm", "Marmots once, and then a long text about other things. " * 5)
    assert found(carol, "marmots", sort="ranked")[0].message == best.reply


@pytest.mark.parametrize("sort", ["newest", "ranked"])
def test_a_common_word_with_a_rare_filter_is_looked_for_further_back_when_asked(
    alice: User, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    for name, value in (("FIRST_LOOK", 2), ("LOOK", 4), ("RANKED", 4)):
        monkeypatch.setattr(hits, name, value)
    rare = said(bob, "Hm", "Marmots of Bob.", digested=False)
    for _ in range(9):
        said(alice, "Hm", "Marmots.", digested=False)
    digest()
    wanted = Filter(q="marmots", user="bob", sort=sort)
    looks, after = 0, None
    while True:
        page = search(wanted, carol.pk, after)
        looks += 1
        if page.further is None:
            break
        assert (page.found, page.looked) == ((), 4)
        after = page.further
    assert looks == 3
    assert [hit.message for hit in page.found] == [rare.reply]
    if sort == "newest":
        assert neighbours(wanted, rare.conversation, carol.pk) == (None, None)


def test_a_search_costs_as_many_queries_however_much_is_found(alice: User, carol: User) -> None:
    def cost(**wanted: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            search(Filter(q="marmots", **wanted), carol.pk)
        return len(queries)

    said(alice, "Marmots?", "Marmots.")
    few = cost(), cost(sort="ranked"), cost(user="alice", model="small")
    for _ in range(10):
        said(alice, "Marmots?", "Marmots.", digested=False)
    digest()
    assert (cost(), cost(sort="ranked"), cost(user="alice", model="small")) == few
    # On PostgreSQL three of them are the plan's settings, and the transaction that they hold for.
    assert max(few) <= 10


def test_the_set_to_be_taken_out_is_what_is_found(alice: User, bob: User, carol: User) -> None:
    new = said(alice, "Marmots?", "Yes.")
    said(bob, "Lynxes?", "No.")
    assert [row.pk for row in chosen("q=marmots", carol.pk)] == [new.conversation]
    assert [row.pk for row in chosen("user=alice&in=list", None)] == [new.conversation]
    with pytest.raises(BadRequest):
        chosen("status=odd", None)


@pytest.mark.parametrize("after", ["", "1", "1~x", "-1~0", "9" * 30 + "~0"])
def test_a_cursor_of_no_search_is_refused(carol: User, after: str) -> None:
    with pytest.raises(BadRequest):
        search(Filter(q="x y"), carol.pk, after)


def test_a_long_message_is_one_hit(alice: User, carol: User) -> None:
    new = said(alice, "Hm", "marmots and words " * 4000)
    assert Message.objects.get(id=new.reply).search_entries.count() > 1
    assert [hit.message for hit in found(carol, "marmots")] == [new.reply]


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_put_in_before_the_search_and_not_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all who search besides would wait for this search's end."""
    within = []
    monkeypatch.setattr(hits, "catch_up", lambda: within.append(connection.in_atomic_block))
    search(Filter(q="marmots"), User.objects.create(username="carol").pk)
    assert within == [False]
