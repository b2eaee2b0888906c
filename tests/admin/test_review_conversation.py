"""The desk's page of a conversation: as its user sees it, how it came to be, and a trace of each look."""

import re
from datetime import timedelta

import pytest
from admin.review_cases import add_reply, address, browser, make_conversation, page_of
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from chat.models import AuditEntry, Checkpoint, Conversation, Feedback, Flag, Message
from chat.review import reader


@pytest.fixture
def carols(carol: User) -> Client:
    return browser(carol)


@pytest.fixture
def row(alice: User) -> Conversation:
    return make_conversation(alice)


def entries() -> list[tuple[str, int | None, str, dict[str, object]]]:
    rows = AuditEntry.objects.order_by("id")
    return list(rows.values_list("action", "actor", "object", "details"))


def test_a_conversation_is_shown_and_that_is_an_entry(carols: Client, carol: User, row: Conversation) -> None:
    page = page_of(carols, row)
    assert "About cats" in page
    assert '<div class="question" dir="auto">Question 0?</div>' in page
    assert "<p>Answer 0.</p>" in page
    assert entries() == [("read", carol.pk, str(row.id), {"messages": 2})]


def test_a_reload_is_another_entry_and_a_message_that_was_asked_for_is_named(
    carols: Client, row: Conversation
) -> None:
    message = row.messages.first()
    assert message is not None
    page_of(carols, row)
    page_of(carols, row, f"?message={message.id}")
    assert [details for _action, _actor, _object, details in entries()] == [
        {"messages": 2},
        {"messages": 2, "message": str(message.id)},
    ]


def test_who_may_not_read_leaves_no_trace_and_sees_nothing(
    row: Conversation, alice: User, bob: User, erin: User
) -> None:
    bob.is_staff = True
    bob.save()
    for user, status in ((alice, 302), (bob, 403), (erin, 403)):
        assert browser(user).get(address(row)).status_code == status
    assert Client().get(address(row)).status_code == 302
    assert entries() == []


@pytest.mark.parametrize("review", ["off", "flagged"])
def test_what_is_out_of_scope_is_not_there_for_superusers_too(
    dave: User, row: Conversation, settings: Settings, review: str
) -> None:
    settings.CHAT_REVIEW = review
    assert browser(dave).get(address(row)).status_code == 404
    assert entries() == []


def test_a_page_that_cannot_be_logged_shows_nothing(carols: Client, row: Conversation) -> None:
    # The log has no number left.
    AuditEntry.objects.create(id=2**63 - 1, at=timezone.now(), via="admin", action="x", previous="", hash="")
    carols.raise_request_exception = False
    answer = carols.get(address(row))
    assert answer.status_code == 500
    assert "cats" not in answer.content.decode()
    assert AuditEntry.objects.count() == 1


def test_a_deleted_conversation_is_shown_only_while_it_is_kept_for_review(
    carols: Client, row: Conversation
) -> None:
    Conversation.objects.update(deleted=timezone.now())
    assert carols.get(address(row)).status_code == 404
    Flag.objects.create(conversation=row, kind="hand")
    assert "The user deleted this conversation." in page_of(carols, row)


def test_a_deleted_message_is_shown_only_where_the_conversation_is_kept(
    carols: Client, row: Conversation
) -> None:
    row.messages.filter(role="assistant").update(deleted=timezone.now())
    assert "Answer 0." not in page_of(carols, row)
    Flag.objects.create(conversation=row, kind="hand")
    page = page_of(carols, row)
    assert "Answer 0." in page
    assert "Deleted by the user, " in page


def test_a_running_reply_is_shown_as_far_as_it_is_saved(carols: Client, row: Conversation) -> None:
    question = row.messages.get(role="user")
    reply = add_reply(question, "", status="streaming", finish_reason=None, usage=None)
    assert reply.completion is not None
    Checkpoint.objects.create(completion=reply.completion, text_offset=0, text="So far.", reasoning_offset=0)
    page = page_of(carols, row)
    assert "So far." in page
    assert f'data-live="/admin/review/live/{row.id}/"' in page


def test_versions_are_reached_by_plain_links(carols: Client, row: Conversation) -> None:
    question = row.messages.get(role="user")
    first = row.messages.get(role="assistant")
    second = add_reply(question, "Another answer.")
    page = page_of(carols, row, "?in=list&q=cats")
    assert '<span class="siblings-place">2/2</span>' in page
    link = re.search(r'href="(\?at=[^"#]*)#message-', page)
    assert link is not None
    other = page_of(carols, row, link[1].replace("&amp;", "&"))
    assert "Answer 0." in other
    assert "Another answer." not in other
    assert "This is another branch than the one that the user sees." in other
    assert "in=list&amp;q=cats" in other
    assert first.id != second.id


def test_what_happened_to_a_reply_is_told_in_words(carols: Client, alice: User) -> None:
    row = make_conversation(alice, pairs=0)
    above = None
    for status, known in (
        ("stopped", {}),
        ("interrupted", {"cut_off": "crash"}),
        ("failed", {"error": {"code": "upstream_timeout", "message": "It was late."}}),
    ):
        question = Message.objects.create(conversation=row, parent=above, role="user", content="?")
        above = add_reply(question, "Part.", status=status, reasoning="Hm, let me see.", **known)
    assert above is not None
    Feedback.objects.create(message=above, rating=-1, comment="Not at all.")
    row.system_prompt, row.params = "Be brief.", {"temperature": 0.2}
    row.save()
    page = page_of(carols, row)
    for words in (
        "The user stopped this reply.",
        "The server crashed while this reply was being written",
        "it did not answer in time",
        "It was late.",
        "Hm, let me see.",
        "Not at all.",
        "The user did not like this",
        "Be brief.",
        "temperature 0.2",
        "request sent</span> <b>0.5 s",
        "first word of the answer</span> <b>2.0 s",
        "demo · first word after 0.5 s · 11 tokens",
    ):
        assert words in page, words
    assert "You stopped" not in page
    assert "style=" not in page.partition('id="review-transcript"')[2].partition("</section>")[0]


def test_the_course_of_a_reply_is_drawn(carols: Client, row: Conversation) -> None:
    page = page_of(carols, row)
    assert '<rect class="from-asked" x="0" y="0" width="125" height="12"/>' in page
    assert '<rect class="from-first_text" x="500" y="0" width="500" height="12"/>' in page


def test_a_long_conversation_comes_in_parts(carols: Client, alice: User) -> None:
    row = make_conversation(alice, pairs=60)
    page = page_of(carols, row)
    assert "Answer 59." in page
    assert "Answer 5." not in page
    seen = page
    while (link := re.search(r'href="(\?before=[^"]*)"', page)) is not None:
        page = page_of(carols, row, link[1].replace("&amp;", "&"))
        seen += page
    assert all(f">Question {number}?<" in seen for number in range(60))


QUERIES = 31
"""Session, user, what they chose, their permissions; then, in one transaction, the reader and what they may,
the conversation, tree, prices, checkpoints, messages, files, calls, figures, flags, the last entry, the new
one. The panels and the counts of the queues take eight more."""


@pytest.mark.parametrize("pairs", [1, 20])
def test_the_page_takes_the_same_queries_however_long_it_is(
    carols: Client, alice: User, pairs: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row = make_conversation(alice, pairs=pairs)
    page_of(carols, row)
    # PostgreSQL numbers the entries under a lock of its own, and is told in a transaction how to count.
    more = 4 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(QUERIES + more):
        page_of(carols, row)


def test_where_the_site_asks_why_it_is_asked_before_anything_is_shown(
    carols: Client, row: Conversation, settings: Settings
) -> None:
    settings.CHAT_REVIEW_REASON = True
    asked = page_of(carols, row)
    assert "Question 0?" not in asked
    assert "About cats" not in asked
    assert entries() == []
    assert carols.post(address(row), {"reason": "curiosity"}).status_code == 400
    answer = carols.post(address(row, "?in=list"), {"reason": "safety"})
    assert answer["Location"] == address(row, "?in=list")
    assert "Question 0?" in page_of(carols, row)
    assert [details for *_rest, details in entries()] == [{"messages": 2, "reason": "safety"}]


def test_a_reason_is_good_for_one_conversation(
    carols: Client, alice: User, row: Conversation, settings: Settings
) -> None:
    settings.CHAT_REVIEW_REASON = True
    other = make_conversation(alice, "About dogs")
    carols.post(address(row), {"reason": "billing"})
    page = page_of(carols, other)
    assert "About dogs" not in page
    assert 'value="billing" checked autofocus' in page


def test_what_the_open_page_fetches_again_is_no_new_entry_for_a_while(
    carols: Client, row: Conversation
) -> None:
    reply = row.messages.get(role="assistant")
    fragment = f"{address(row)}messages/{reply.id}/"
    page_of(carols, row)
    assert "Answer 0." in carols.get(fragment).content.decode()
    assert [action for action, *_rest in entries()] == ["read"]
    # An entry of long ago does not speak for what is read now; and entries never change.
    AuditEntry.objects.update(at=timezone.now() - reader.SAME_READING - timedelta(seconds=1))
    carols.get(fragment)
    assert [action for action, *_rest in entries()] == ["read", "read_message"]


def test_what_was_written_after_the_page_was_opened_is_an_entry(carols: Client, row: Conversation) -> None:
    page_of(carols, row)
    later = add_reply(row.messages.get(role="user"), "Later.")
    assert "Later." in carols.get(f"{address(row)}messages/{later.id}/").content.decode()
    assert [action for action, *_rest in entries()] == ["read", "read_message"]


def test_a_message_of_another_conversation_is_not_there(
    carols: Client, alice: User, row: Conversation
) -> None:
    other = make_conversation(alice, "About dogs").messages.first()
    assert other is not None
    assert carols.get(f"{address(row)}messages/{other.id}/").status_code == 404
    assert entries() == []


def test_the_open_page_learns_that_there_is_more_and_nothing_else(
    carols: Client, erin: User, row: Conversation
) -> None:
    newest = re.search(r'data-newest="([0-9a-f-]{36})"', page_of(carols, row))
    assert newest is not None
    ask = f"/admin/review/c/{row.id}/news/?since={newest[1]}"
    read = entries()
    assert carols.get(ask).json() == {"newer": False}
    add_reply(Message.objects.create(conversation=row, role="user", content="More?"), "More.")
    assert carols.get(ask).json() == {"newer": True}
    assert entries() == read
    assert browser(erin).get(ask).status_code == 403
    Conversation.objects.update(deleted=timezone.now())
    assert carols.get(ask).status_code == 404
