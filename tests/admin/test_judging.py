"""Forms of the desk: who may use them, what they answer with and without scripts, what two see at once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from fakes.talks import Talk, talk

from chat.audit import Actor
from chat.models import AuditEntry, Conversation, Flag, Label, Note, Review
from chat.review.judging import Change, change
from chat.review.queues import COUNTED

Judge = Callable[..., Any]


@pytest.fixture
def hers(alice: User) -> Talk:
    made = talk(alice, "A secret?", "Nobody knows.")
    Flag.objects.create(
        conversation_id=made.conversation, message_id=made.reply, kind="reported", reason="Rude"
    )
    return made


@pytest.fixture
def as_carol(client: Client, carol: User) -> Client:
    client.force_login(carol)
    return client


@pytest.fixture
def judge(as_carol: Client, hers: Talk) -> Judge:
    def post(query: str = "", by_script: bool = True, **fields: Any) -> Any:
        address = reverse("review:judge", args=[hers.conversation]) + query
        return as_carol.post(address, fields, headers={"X-Part": "panels"} if by_script else {})

    return post


def test_a_verdict_comes_back_with_the_panels_and_the_settled_flag(judge: Judge, hers: Talk) -> None:
    answer = judge(do="change", seen=0, verdict="poor")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "The verdict was saved." in page
    assert 'id="judging"' in page
    assert f'id="judging-{hers.reply}"' in page
    assert 'value="poor" aria-pressed="true"' in page
    assert not Flag.objects.filter(resolved=None).exists()


def test_who_was_overtaken_sees_both_and_saves_theirs_by_saying_so(
    judge: Judge, hers: Talk, dave: User
) -> None:
    change(Actor(dave.pk, "admin"), hers.whole, 0, Change(verdict="unsafe", assignee=dave.pk))
    answer = judge(do="change", seen=0, verdict="useful")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "dave saved this at" in page
    assert "Unsafe" in page
    assert '<input type="hidden" name="verdict" value="useful">' in page
    assert Review.objects.get().verdict == "unsafe"
    assert judge(do="change", seen=1, verdict="useful").status_code == 200
    assert Review.objects.get().verdict == "useful"


def test_what_a_user_wrote_in_a_report_is_shown_to_whoever_opened_the_conversation(
    judge: Judge, as_carol: Client, hers: Talk
) -> None:
    """No form is a way to read it that leaves no trace."""
    for fields in ({"do": "note", "text": ""}, {"do": "resolve", "flag": ""}, {"do": "change", "seen": 7}):
        assert "Rude" not in judge(**fields).content.decode()
    as_carol.get(reverse("review:conversation", args=[hers.conversation]))
    assert "Rude" in judge(do="note", text="Seen.").content.decode()


def test_without_scripts_a_page_of_its_own_says_so(judge: Judge, hers: Talk, dave: User) -> None:
    change(Actor(dave.pk, "admin"), hers.whole, 0, Change(verdict="unsafe"))
    answer = judge(by_script=False, do="change", seen=0, verdict="useful")
    assert answer.status_code == 409
    assert "<html" in answer.content.decode()
    assert "Save mine all the same" in answer.content.decode()


def test_without_scripts_one_comes_back_to_the_conversation(judge: Judge, hers: Talk) -> None:
    answer = judge("?in=list&user=1", by_script=False, do="note", text="Look here.")
    assert answer.status_code == 302
    assert answer["Location"] == f"/admin/review/c/{hers.conversation}/?in=list&user=1"


def test_after_a_verdict_one_goes_on_to_the_next_of_the_queue(
    judge: Judge, as_carol: Client, alice: User
) -> None:
    following = talk(alice, "Next?")
    Flag.objects.create(conversation_id=following.conversation, kind="rule")
    page = as_carol.get(reverse("review:queue", args=["new"]))
    first, second = page.context["rows"]
    query = first.address[first.address.index("?") :]
    answer = judge(query, do="change", seen=0, verdict="poor", then="next")
    assert (answer.status_code, answer["X-Next"]) == (204, second.address)
    assert str(following.conversation) in second.address
    opened = as_carol.get(second.address)
    assert "The verdict was saved." in opened.content.decode()


def test_the_last_one_leads_back_to_the_queue(judge: Judge, as_carol: Client) -> None:
    [only] = as_carol.get(reverse("review:queue", args=["new"])).context["rows"]
    query = only.address[only.address.index("?") :]
    assert (
        judge(query, do="change", seen=0, verdict="poor", then="next")["X-Next"] == "/admin/review/queue/new/"
    )


def test_flags_labels_and_notes_of_a_message(judge: Judge, hers: Talk) -> None:
    label = Label.objects.create(name="Legal")
    reply = str(hers.reply)
    assert (
        "The labels were saved."
        in judge(do="change", seen=0, message=reply, with_labels=1, labels=[label.pk]).content.decode()
    )
    judge(do="flag", message=reply, reason="Odd")
    judge(do="note", message=reply, text="See <b>this</b>")
    assert Note.objects.get().message_id == hers.reply
    flag = Flag.objects.get(kind="hand")
    assert flag.reason == "Odd"
    judge(do="resolve", message=reply, flag=flag.pk)
    page = judge(do="reopen", message=reply, flag=flag.pk).content.decode()
    assert "&lt;b&gt;this" in page
    assert judge(do="unnote", note=Note.objects.get().pk).status_code == 200
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "change", "seen": "x", "verdict": "poor"},
        {"do": "change", "seen": 0, "verdict": "superb"},
        {"do": "change", "seen": 0, "assignee": 99999},
        {"do": "note", "text": ""},
        {"do": "magic"},
    ],
)
def test_nonsense_is_refused_with_a_sentence(judge: Judge, fields: dict[str, Any]) -> None:
    assert judge(**fields).status_code == 400
    assert not Review.objects.exists()


def test_without_the_permission_or_for_what_is_not_there_nothing_is_judged(
    client: Client, hers: Talk, erin: User, bob: User, as_carol: Client, alice: User, settings: Any
) -> None:
    address = reverse("review:judge", args=[hers.conversation])
    fields = {"do": "change", "seen": 0, "verdict": "poor"}
    carol = User.objects.get(username="carol")
    assert as_carol.post(reverse("review:judge", args=[uuid4()]), fields).status_code == 404
    elsewhere = talk(alice)
    foreign = {**fields, "message": str(elsewhere.reply)}
    assert as_carol.post(address, foreign).status_code == 404
    assert as_carol.post(address, {**fields, "message": "x"}).status_code == 404
    assert as_carol.get(address).status_code == 405
    settings.CHAT_REVIEW = "off"
    assert as_carol.post(address, fields).status_code == 404
    settings.CHAT_REVIEW = "all"
    carol.groups.clear()
    carol.user_permissions.set(Permission.objects.filter(codename="review_conversations"))
    assert as_carol.post(address, fields).status_code == 403
    assert as_carol.get(reverse("review:queue", args=["new"])).status_code == 403
    client.force_login(erin)
    assert client.post(address, fields).status_code == 403
    client.force_login(bob)
    assert client.post(address, fields).status_code == 302
    assert not Review.objects.exists()
    assert not AuditEntry.objects.filter(action="verdict").exists()


def test_a_form_from_elsewhere_is_refused(carol: User, hers: Talk) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(carol)
    answer = client.post(
        reverse("review:judge", args=[hers.conversation]), {"do": "change", "seen": 0, "verdict": "poor"}
    )
    assert answer.status_code == 403


def test_the_ways_say_how_many_wait_and_no_more_than_so_many(
    as_carol: Client, hers: Talk, alice: User
) -> None:
    def shown() -> str:
        return str(as_carol.get(reverse("review:queue", args=["mine"])).content.decode())

    assert 'New flags <span class="review-count">1</span>' in shown()
    rows = Conversation.objects.bulk_create(Conversation(owner=alice) for _ in range(COUNTED))
    Flag.objects.bulk_create(Flag(conversation=row, kind="rule") for row in rows)
    assert 'New flags <span class="review-count">999+</span>' in shown()


def test_opening_a_queue_is_an_entry_and_shows_what_waits(
    as_carol: Client, hers: Talk, settings: Any
) -> None:
    page = as_carol.get(reverse("review:queue", args=["new"]))
    assert "A secret?" in page.content.decode()
    assert "Reported by the user" in page.content.decode()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.object, entry.details) == ("list", "queue", "new", {"count": 1})
    settings.CHAT_REVIEW_MASK = True
    masked = as_carol.get(reverse("review:queue", args=["new"])).content.decode()
    assert "A secret?" not in masked
    assert "Conversation of alice" in masked, "as the list has it"
    as_carol.get(reverse("review:conversation", args=[hers.conversation]))
    assert "A secret?" in as_carol.get(reverse("review:queue", args=["new"])).content.decode()
    assert as_carol.get(reverse("review:queue", args=["other"])).status_code == 404
    assert as_carol.get(reverse("review:queue", args=["new"]) + "?place=x~y").status_code == 404


def test_the_page_of_a_conversation_has_its_panels(as_carol: Client, hers: Talk) -> None:
    page = as_carol.get(reverse("review:conversation", args=[hers.conversation])).content.decode()
    assert 'id="judging"' in page
    assert f'id="judging-{hers.reply}"' in page
    assert "Rude" in page


def test_the_pages_take_as_many_queries_however_much_there_is(as_carol: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_carol.get(reverse("review:queue", args=["new"]))
        return len(captured)

    def raise_flags(count: int) -> None:
        for number in range(count):
            made = talk(alice, f"q {number}")
            Flag.objects.create(conversation_id=made.conversation, message_id=made.reply, kind="rule")

    raise_flags(1)
    few = queries()
    raise_flags(14)
    assert queries() == few
