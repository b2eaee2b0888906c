"""The list of conversations: found, paged, and changed in place."""

import re
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries
from web.conftest import MakeReply

from chat.models import Conversation
from chat.web.groups import group_of
from chat.web.sidebar import PAGE
from chat.web.zone import COOKIE, zone_of

FRAGMENT = {"HX-Request": "true"}


def titles(page: bytes) -> list[str]:
    return re.findall(r'conversation-title" dir="auto">([^<]*)<', page.decode())


def hits(page: str) -> list[str]:
    found = re.findall(r'hit-title" dir="auto">(.*?)</span>', page)
    return [re.sub("<.*?>", "", title) for title in found]


def more(page: bytes) -> str:
    """The address of the next page."""
    found = re.search(r'hx-get="(/conversations/\?[^"]*cursor=[^"]*)"', page.decode())
    assert found is not None
    return found[1].replace("&amp;", "&")


def listed(page: bytes) -> list[str]:
    """Headings, with a sign before them, and titles, as they stand in the list."""
    found = re.findall(r'<h2>(.*?)</h2>|conversation-title" dir="auto">([^<]*)<', page.decode())
    return [f"# {heading}" if heading else title for heading, title in found]


def test_the_list_shows_the_users_own_conversations_only(
    alice: User, bob: User, alices: Client, make_reply: MakeReply
) -> None:
    make_reply(alice, question="Mine")
    make_reply(bob, question="His")
    assert titles(alices.get("/conversations/").content) == ["Mine"]


def test_the_list_comes_in_pages_and_loses_nothing(alice: User, alices: Client) -> None:
    for number in range(PAGE + 5):
        Conversation.objects.create(owner=alice, title=f"number {number}")
    first = alices.get("/conversations/").content
    rest = alices.get(more(first)).content
    assert len(titles(first)) == PAGE
    assert len(set(titles(first) + titles(rest))) == PAGE + 5


def test_words_find_a_conversation_by_its_title_or_messages(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    reply = make_reply(alice, "Because of the light.", question="Sky")
    make_reply(alice, question="Bread")
    page = alices.get("/conversations/", {"q": "light"}).content.decode()
    assert hits(page) == ["Sky"]
    assert "Because of the <mark>light</mark>." in page
    address = f"/c/{reply.conversation_id}/?at={reply.id}&amp;q=light#message-{reply.id}"
    assert f'href="{address}"' in page
    assert "Nothing found." in alices.get("/conversations/", {"q": "nowhere"}).content.decode()


def test_the_open_conversation_is_marked(alice: User, alices: Client, make_reply: MakeReply) -> None:
    key = make_reply(alice).conversation_id
    headers = FRAGMENT | {"HX-Current-URL": f"http://testserver/c/{key}/"}
    assert "aria-current" in alices.get("/conversations/", headers=headers).content.decode()
    assert "aria-current" not in alices.get("/conversations/").content.decode()


def test_a_bad_cursor_is_a_bad_request(alices: Client) -> None:
    assert alices.get("/conversations/", {"cursor": "made up"}).status_code == 400


def test_a_current_page_that_is_no_address_is_none(alice: User, alices: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
    assert alices.get("/conversations/", headers=headers).status_code == 200


def asked(owner: User, title: str, *, days: int, pinned: bool = False) -> None:
    moment = timezone.now() - timedelta(days=days)
    Conversation.objects.create(owner=owner, title=title, updated=moment, pinned=pinned)


def test_the_list_is_grouped_by_when_one_asked(alice: User, alices: Client) -> None:
    for title, days in (("now", 0), ("then", 1), ("some days", 4), ("long ago", 400)):
        asked(alice, title, days=days)
    asked(alice, "kept", days=500, pinned=True)
    month = date_format(timezone.now() - timedelta(days=400), "YEAR_MONTH_FORMAT")
    assert listed(alices.get("/conversations/").content) == [
        *("# Pinned", "kept", "# Today", "now", "# Yesterday", "then"),
        *("# Previous 7 days", "some days", f"# {month}", "long ago"),
    ]


def test_a_group_that_goes_on_has_one_heading(alice: User, alices: Client) -> None:
    for number in range(PAGE * 2 + 5):
        asked(alice, f"number {number}", days=0 if number > PAGE + 20 else 1)
    first = alices.get("/conversations/").content
    second = alices.get(more(first)).content
    third = alices.get(more(second)).content
    shown = listed(first) + listed(second) + listed(third)
    assert [line for line in shown if line.startswith("#")] == ["# Today", "# Yesterday"]
    assert len(shown) == PAGE * 2 + 5 + 2


def test_a_page_of_the_list_can_be_reached_without_a_script(alice: User, alices: Client) -> None:
    for number in range(PAGE + 5):
        asked(alice, f"number {number}", days=0)
    page = alices.get("/").content.decode()
    link = re.search(r'href="(/\?[^"]*cursor=[^"]*)"', page)
    assert link is not None
    assert len(titles(alices.get(link[1].replace("&amp;", "&")).content)) == 5


def test_days_begin_at_the_readers_midnight() -> None:
    assert group_of(date(2026, 3, 1), date(2026, 3, 1), pinned=False).key == "today"
    assert group_of(date(2026, 2, 28), date(2026, 3, 1), pinned=False).key == "yesterday"
    assert group_of(date(2026, 2, 22), date(2026, 3, 1), pinned=False).key == "week"
    assert group_of(date(2026, 2, 21), date(2026, 3, 1), pinned=False).key == "2026-02"
    for cookie, name in (
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("Asia%2FShanghai", "Asia/Shanghai"),
        ("../etc/passwd", "UTC"),
        ("No/Where", "UTC"),
        ("Asia", "UTC"),
        ("", "UTC"),
    ):
        request = RequestFactory().get("/")
        request.COOKIES[COOKIE] = cookie
        assert str(zone_of(request)) == name, cookie


def test_what_is_being_answered_is_marked(alice: User, alices: Client, make_reply: MakeReply) -> None:
    make_reply(alice, question="Done")
    assert "It is being answered" not in alices.get("/conversations/").content.decode()
    running = make_reply(alice, question="Runs", status="streaming")
    page = alices.get("/conversations/").content.decode()
    assert page.count('class="runs"') == 1
    assert "It is being answered" in alices.get(f"/c/{running.conversation_id}/item/").content.decode()


def test_the_list_costs_as_many_queries_however_long_it_is(
    alice: User, alices: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked(alice, "one", days=0)
    with CaptureQueriesContext(connection) as one:
        alices.get("/conversations/")
    for number in range(PAGE):
        asked(alice, str(number), days=number)
    with django_assert_num_queries(len(one)):
        alices.get("/conversations/")


def test_temporary_chats_are_not_listed(alice: User, alices: Client) -> None:
    row = Conversation.objects.create(owner=alice, title="Gone soon", temporary=True)
    assert titles(alices.get("/conversations/").content) == []
    assert alices.get(f"/c/{row.id}/item/").status_code == 204


def test_what_a_search_finds_is_shown_as_text(alice: User, alices: Client, make_reply: MakeReply) -> None:
    make_reply(alice, "A <b>light</b> & more", question="<i>light</i>")
    page = alices.get("/conversations/", {"q": "light"}).content.decode()
    assert "A &lt;b&gt;<mark>light</mark>&lt;/b&gt; &amp; more" in page
    assert "&lt;i&gt;<mark>light</mark>&lt;/i&gt;" in page


def test_a_title_is_text_wherever_it_stands(alice: User, alices: Client, make_reply: MakeReply) -> None:
    row = make_reply(alice, "light", question="Sky").conversation
    Conversation.objects.filter(pk=row.pk).update(title="</title><script>light</script>")
    for path in ("/", f"/c/{row.pk}/", f"/c/{row.pk}/item/", "/conversations/?q=light", "/search/?q=light"):
        page = alices.get(path).content.decode()
        assert "light" in page
        assert "<script>light" not in page
        assert "<script><mark>" not in page


def test_a_search_has_pages_too(alice: User, alices: Client, make_reply: MakeReply) -> None:
    for number in range(25):
        make_reply(alice, f"light {number}", question="Sky")
    first = alices.get("/conversations/", {"q": "light"}).content
    second = alices.get(more(first)).content.decode()
    assert len(hits(first.decode())) == 20
    assert len(hits(second)) == 5


def test_too_many_words_are_a_sentence_and_not_an_error(alices: Client) -> None:
    for q in ("a " * 11, "a" * 201):
        page = alices.get("/conversations/", {"q": q})
        assert (page.status_code, b"10 words at most" in page.content) == (200, True)


def test_a_search_works_without_a_script(alice: User, alices: Client, make_reply: MakeReply) -> None:
    make_reply(alice, "北京的天气很好。", question="Weather")
    page = alices.get("/search/", {"q": "天气"}).content.decode()
    assert hits(page) == ["Weather"]
    assert "北京的<mark>天气</mark>很好。" in page
    assert 'value="天气"' in page
    assert alices.get("/search/").status_code == 200


def test_nobody_finds_anothers_words(alice: User, bobs: Client, make_reply: MakeReply) -> None:
    make_reply(alice, "A secret.")
    assert "Nothing found." in bobs.get("/search/", {"q": "secret"}).content.decode()
