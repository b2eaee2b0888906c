"""The desk's list: who may see it, what it shows, and the trace that it leaves."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from pytest_django.asserts import assertInHTML
from review.furnished import digest, said

from chat.audit import Actor, record
from chat.audit.keyed import keyed_hash
from chat.models import AuditEntry, SavedFilter
from chat.review.filter_form import FilterForm

LIST = "/admin/review/"


@pytest.fixture
def as_carol(client: Client, carol: User) -> Client:
    client.force_login(carol)
    return client


def test_it_is_for_reviewers_alone(client: Client, alice: User, erin: User) -> None:
    assert client.get(LIST).status_code == 302
    client.force_login(alice)
    assert client.get(LIST).status_code == 302, "no member of staff: to the sign-in"
    client.force_login(erin)
    for answer in (
        client.get(LIST),
        client.post(f"{LIST}filters/", {"name": "x"}),
        client.post(f"{LIST}filters/1/", {"name": "x"}),
    ):
        assert answer.status_code == 403
    assert not AuditEntry.objects.exists()


def test_lines_lead_to_their_conversation_with_the_filter(as_carol: Client, alice: User) -> None:
    new = said(alice, "Why <b>marmots</b>?", status="failed")
    page = as_carol.get(LIST, {"user": "alice", "status": "failed"}).content.decode()
    assert f'href="/admin/review/c/{new.conversation}/?in=list&amp;user=alice&amp;status=failed"' in page
    assert "Why &lt;b&gt;marmots&lt;/b&gt;?" in page
    assert "1 conversation\n" in page
    hit = as_carol.get(LIST, {"q": "whistling"}).content.decode()
    assert f"/c/{new.conversation}/?in=search&amp;message={new.reply}&amp;q=whistling" in hit
    assert "<mark>Whistling</mark>" in hit


def test_each_look_is_an_entry_without_words(as_carol: Client, carol: User, alice: User) -> None:
    said(alice)
    as_carol.get(LIST, {"user": "alice"})
    as_carol.get(LIST, {"user": "alice", "q": "marmots"})
    listed, searched = AuditEntry.objects.order_by("id")
    assert (listed.action, listed.actor, listed.details["results"]) == ("list", carol.pk, 1)
    assert searched.action == "search"
    assert searched.details["words"] == keyed_hash("marmots")
    assert searched.details["filter"] == keyed_hash("q=marmots&user=alice")
    assert "alice" not in str(listed.details) + str(searched.details)


@pytest.mark.parametrize(
    "query",
    ["user=nobody-here", "length_from=x", "date_from=2025-99-99", "group=x", "q=a+b+c+d+e+f+g+h+i+j+k"],
)
def test_what_is_wrong_is_said_on_the_form(as_carol: Client, alice: User, query: str) -> None:
    said(alice)
    answer = as_carol.get(f"{LIST}?{query}")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "finding-error" in page
    assert "/c/" not in page
    assert not AuditEntry.objects.exists(), "nothing was shown"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status=failed&status=stopped&finish=length&source=api&rating=down&verdict=none&sort=ranked",
        "rating=x",
    ],
)
def test_what_the_page_writes_itself_is_what_django_would(as_carol: Client, query: str) -> None:
    page = as_carol.get(f"{LIST}?{query}").content.decode()
    form = FilterForm(QueryDict(query))
    for name in ("sort", "group", "label", "rating", "flagged", "verdict"):
        assertInHTML(str(form[name]), page)
    for name in ("status", "finish", "source"):
        for choice in form[name]:
            assertInHTML(str(choice.tag()), page)


def test_a_cursor_of_no_page_leads_to_the_first(as_carol: Client, alice: User) -> None:
    said(alice)
    for query in ("after=x", "after=x&q=marmots"):
        answer = as_carol.get(f"{LIST}?{query}")
        assert answer.status_code == 302
        assert "after" not in answer["Location"]


def test_titles_and_texts_are_masked_until_opened(
    as_carol: Client, alice: User, carol: User, settings: Settings
) -> None:
    settings.CHAT_REVIEW_MASK = True
    new = said(alice, "Secret marmots", "Whispering.")
    for query in ({}, {"q": "marmots"}, {"q": "whispering"}):
        page = as_carol.get(LIST, query).content.decode().replace('value="marmots"', "")
        assert "Conversation of alice" in page
        assert "Secret" not in page
        assert "Whispering" not in page
    record(Actor(carol.pk, "admin"), "read", "conversation", new.conversation)
    assert "Secret marmots" in as_carol.get(LIST).content.decode()


def test_empty_lists_say_why(as_carol: Client) -> None:
    assert "There are no conversations to review." in as_carol.get(LIST).content.decode()
    assert "Take a filter away." in as_carol.get(LIST, {"comment": "1"}).content.decode()
    assert "No message has all these words" in as_carol.get(LIST, {"q": "nothing"}).content.decode()


def test_filters_are_saved_changed_and_brought_back(as_carol: Client, carol: User) -> None:
    saved = {"name": "Failed", "filter": "status=failed"}
    assert as_carol.post(f"{LIST}filters/", saved)["Location"] == f"{LIST}?status=failed"
    key = SavedFilter.objects.get().pk
    as_carol.post(f"{LIST}filters/{key}/", {"name": "What failed", "shared": "1", "here": "status=failed"})
    page = as_carol.get(LIST).content.decode()
    assert 'href="/admin/review/?status=failed"><bdi>What failed</bdi>' in page
    as_carol.post(f"{LIST}filters/{key}/", {"delete": "1"})
    assert not SavedFilter.objects.exists()
    assert "The filter “What failed” was deleted." in as_carol.get(LIST).content.decode()
    assert "was deleted" not in as_carol.get(LIST).content.decode(), "offered once"
    for wrong, why in (
        ({"name": "", "filter": ""}, "A name has 1 to 100 characters."),
        ({"name": "x", "filter": "status=odd"}, "not valid any more"),
    ):
        as_carol.post(f"{LIST}filters/", wrong)
        assert why in as_carol.get(LIST).content.decode()
    as_carol.post(f"{LIST}filters/{key}/", {"name": "x", "here": "//evil.example/"})
    assert "not there any more" in as_carol.get(LIST).content.decode()


def test_the_way_back_leads_nowhere_else(as_carol: Client) -> None:
    answer = as_carol.post(f"{LIST}filters/", {"name": "x", "filter": "\r\nLocation://evil.example"})
    assert answer["Location"].startswith(f"{LIST}?")


def test_a_page_costs_as_many_queries_however_long_it_is(as_carol: Client, alice: User) -> None:
    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_carol.get(f"{LIST}?{query}").status_code == 200
        return len(queries)

    said(alice)
    few = cost(""), cost("q=marmots")
    for _ in range(20):
        said(alice, digested=False)
    digest()
    assert (cost(""), cost("q=marmots")) == few
    assert max(few) <= 30


@pytest.mark.parametrize("query", ["in=list&user=alice", "in=search&q=whistling&user=alice"])
def test_an_opened_conversation_leads_to_those_beside_it(as_carol: Client, alice: User, query: str) -> None:
    keys = [said(alice).conversation for _ in range(3)][::-1]
    page = as_carol.get(f"/admin/review/c/{keys[1]}/?{query}").content.decode()
    along = query.replace("&", "&amp;")
    for beside in (keys[0], keys[2]):
        assert f"/admin/review/c/{beside}/?{along}" in page
    assert as_carol.get(f"/admin/review/c/{keys[1]}/?{query}&user=gone").status_code == 200
