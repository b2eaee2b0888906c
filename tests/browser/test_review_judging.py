"""From the queue to a verdict by keyboard alone; two reviewers at once; a report; usable by anybody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage, script
from browser.fixtures import NewContext, StartSite, sign_in
from playwright.sync_api import Page, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

FLAGGED = 12
MAKE = """
import json
from datetime import timedelta
from django.contrib.auth.models import Group, User
from django.utils import timezone
from chat.models import Completion, Conversation, Flag, FlagRule, Label, Message
alice, now = User.objects.get(username="alice"), timezone.now()
for name in ("carol", "frank"):
    user = User.objects.create_user(name, password=%r, is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewers"))
for name in ("Legal", "Follow up", "Training"):
    Label.objects.create(name=name)
rule = FlagRule.objects.create(name="Weapons", kind="words", value="bomb", enabled=False)
ids = []
for number in range(%d):
    made = Conversation.objects.create(owner=alice, title=f"Conversation number {number}")
    asked = Message.objects.create(conversation=made, role="user", content=f"Question {number}: a bomb?")
    reply = Message.objects.create(
        conversation=made, parent=asked, role="assistant", content="**No.** " * 9, model="demo"
    )
    done = Completion.objects.create(message=reply, number=1, model="demo", status="complete", ended=now)
    Message.objects.filter(id=reply.id).update(completion=done)
    Conversation.objects.filter(id=made.id).update(active=reply)
    raised = now - timedelta(hours=60 - number)
    Flag.objects.create(conversation=made, message=asked, kind="rule", rule=rule, raised=raised)
    if not number:
        Flag.objects.create(
            conversation=made, message=reply, kind="reported", reason="It was rude.", raised=raised
        )
    ids.append(str(made.id))
print(json.dumps(ids))
"""
STATE = """
import json
from chat.models import AuditEntry, Flag, Note, Review
reviews = {str(r.conversation_id): [r.verdict, r.escalated, r.assignee.username if r.assignee else None,
    sorted(l.name for l in r.labels.all())] for r in Review.objects.filter(message=None)}
print(json.dumps({"reviews": reviews, "open": Flag.objects.filter(resolved=None).count(),
    "notes": list(Note.objects.values_list("text", flat=True)),
    "verdicts": AuditEntry.objects.filter(action="verdict").count()}))
"""


class Desk:
    def __init__(self, site: Server) -> None:
        self.site = site
        told = manage(site.settings, "shell", "-v", "0", "-c", MAKE % (PASSWORD, FLAGGED))
        self.ids: list[str] = json.loads(told.strip().splitlines()[-1])

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            manage(self.site.settings, "shell", "-v", "0", "-c", STATE).strip().splitlines()[-1]
        )
        return found


@pytest.fixture
def desk(start_site: StartSite) -> Desk:
    return Desk(start_site())


def opened(page: Page, site: Server, name: str, path: str = "/admin/review/queue/new/") -> Page:
    page.goto(f"{site.url}/accounts/login/?next={path}")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"**{path}*")
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def said(page: Page, text: str) -> None:
    expect(page.locator(".judge-status, .messagelist").filter(has_text=text)).to_have_count(1)


def goes(page: Page, act: Callable[[], object]) -> None:
    """It leads to another conversation, or to the queue."""
    before = page.url
    act()
    page.wait_for_function(
        "before => location.href !== before && document.readyState === 'complete'", arg=before
    )


def test_twelve_conversations_without_touching_the_mouse(desk: Desk, new_context: NewContext) -> None:
    page = opened(new_context().new_page(), desk.site, "carol")
    expect(page.locator(".queue-row")).to_have_count(FLAGGED)
    expect(page.locator(".queue-title").first).to_be_focused()
    press(page, "j", "a")  # the second one is taken, and leaves the queue
    said(page, "It was assigned.")
    expect(page.locator(".queue-row")).to_have_count(FLAGGED - 1)
    press(page, "k", "k")
    goes(page, lambda: press(page, "Enter"))
    expect(page.locator("#judging")).to_be_visible()

    press(page, "l")  # labels
    expect(page.locator("#judging [name=labels]").first).to_be_focused()
    press(page, "Space", "ArrowDown", "Space", "Enter")
    said(page, "The labels were saved.")
    press(page, "c")  # a note
    expect(page.locator("#judging-text")).to_be_focused()
    page.keyboard.type("Ask legal about 1234.")
    press(page, "Control+Enter")
    said(page, "The note was added.")
    expect(page.locator("#judging .judge-words")).to_have_text("Ask legal about 1234.")
    press(page, "f")  # a flag, and its reason
    page.keyboard.type("Odd, 1 2 3")
    press(page, "Enter")
    said(page, "It was flagged.")
    press(page, "r")
    said(page, "The flags are settled.")
    press(page, "a")
    said(page, "It was assigned.")
    press(page, "e")
    said(page, "It was escalated.")
    press(page, "?")
    keys = page.locator("#review-keys")
    expect(keys).to_contain_text("Useful")
    expect(keys).to_contain_text("Escalate")
    press(page, "Escape")

    for number in range(FLAGGED - 1):
        goes(page, lambda key=str(number % 4 + 1): press(page, key))  # type: ignore[misc]
    expect(page).to_have_url(f"{desk.site.url}/admin/review/queue/new/")
    expect(page.locator(".queue-empty")).to_be_visible()
    state = desk.state()
    assert len(state["reviews"]) == FLAGGED
    assert state["reviews"][desk.ids[0]] == ["useful", False, "carol", ["Follow up", "Legal"]]
    assert state["reviews"][desk.ids[1]] == ["", False, "carol", []]
    assert state["reviews"][desk.ids[2]][0] == "poor"
    assert (state["open"], state["notes"]) == (1, ["Ask legal about 1234."])
    assert state["verdicts"] == FLAGGED - 1


def test_n_and_p_go_through_the_queue_and_judge_nothing(desk: Desk, new_context: NewContext) -> None:
    page = opened(new_context().new_page(), desk.site, "carol")
    goes(page, lambda: press(page, "Enter"))
    for key, place in (("n", 1), ("n", 2), ("p", 1), ("p", 0)):
        goes(page, lambda key=key: press(page, key))  # type: ignore[misc]
        assert desk.ids[place] in page.url
    expect(page.locator("[rel=prev]")).to_have_count(0)
    goes(page, lambda: press(page, "u"))
    expect(page.locator(".queue-row")).to_have_count(FLAGGED)
    assert desk.state()["reviews"] == {}


def test_on_a_phone_one_reads_first_and_the_verdict_is_a_touch_away(
    desk: Desk, new_context: NewContext
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(new_context(**phone).new_page(), desk.site, "carol")
    goes(page, lambda: page.locator(".queue-title").first.tap())
    first = page.locator(".message").first
    top = {
        name: page.locator(name).first.evaluate("e => e.getBoundingClientRect().top")
        for name in (".message", "#judging")
    }
    assert top[".message"] < top["#judging"]
    expect(first).to_be_in_viewport()
    page.get_by_role("link", name="To the judgement").tap()
    expect(page.locator("#judging-useful")).to_be_in_viewport()
    goes(page, lambda: page.locator("#judging-useful").tap())
    assert desk.state()["reviews"][desk.ids[0]][0] == "useful"


def test_who_was_slower_sees_what_the_other_did_and_keeps_their_own(
    desk: Desk, new_context: NewContext
) -> None:
    carol = opened(new_context().new_page(), desk.site, "carol")
    frank = opened(new_context().new_page(), desk.site, "frank")
    for page in (carol, frank):
        goes(page, lambda page=page: press(page, "Enter"))  # type: ignore[misc]
    press(frank, "c")
    frank.keyboard.type("Half a thought")
    press(frank, "Escape")
    goes(carol, lambda: press(carol, "3"))
    press(frank, "1")
    conflict = frank.locator(".judge-conflict")
    expect(conflict).to_contain_text("carol")
    expect(conflict).to_contain_text("Unsafe")
    expect(conflict).to_contain_text("Useful")
    expect(frank.locator("#judging-text")).to_have_value("Half a thought")
    found = violations(frank)
    assert not found, "\n".join(found)
    assert desk.state()["reviews"][desk.ids[0]][0] == "unsafe"
    goes(frank, lambda: press(frank, "y"))
    assert desk.state()["reviews"][desk.ids[0]][0] == "useful"


def test_a_message_is_judged_by_the_same_keys_while_its_panel_has_the_focus(
    desk: Desk, new_context: NewContext
) -> None:
    page = opened(new_context().new_page(), desk.site, "carol")
    goes(page, lambda: press(page, "Enter"))
    press(page, "m", "m")
    expect(page.locator(".judging-message summary").nth(1)).to_be_focused()
    press(page, "2")
    said(page, "The verdict was saved.")
    expect(page.locator(".judging-message").nth(1).locator("summary .judge-badge").first).to_have_text("Poor")
    expect(page.locator(".judging-message").nth(0)).to_contain_text("Weapons")
    assert desk.state()["reviews"] == {}
    assert desk.state()["open"] == FLAGGED  # the question's flag is open still, the reply's is settled


@pytest.mark.parametrize(
    "look",
    [
        {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
        {"viewport": {"width": 820, "height": 1100}, "color_scheme": "dark"},
        {
            "viewport": {"width": 390, "height": 844},
            "color_scheme": "dark",
            "locale": "zh-CN",
            "has_touch": True,
        },
    ],
    ids=["desk", "tablet, dark", "phone, dark, Chinese"],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    desk: Desk, new_context: NewContext, look: dict[str, Any]
) -> None:
    page = opened(new_context(**look).new_page(), desk.site, "carol")
    width = look["viewport"]["width"]
    found = violations(page)
    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    goes(page, lambda: press(page, "Enter"))
    found = violations(page)
    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_user_reports_a_reply_by_keyboard_and_takes_it_back(
    start_site: StartSite, new_context: NewContext
) -> None:
    site = start_site()
    chat = sign_in(ChatPage(new_context().new_page(), site.url))
    chat.ask(script(text="Rude words."))
    chat.has("complete")
    page = chat.page
    chat.reply.locator("[data-do=more]").focus()
    press(page, "Enter")
    page.get_by_role("button", name="Report this reply…").focus()
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="Report to the reviewers")
    expect(dialog).to_contain_text("with your name")
    expect(dialog.locator("textarea")).to_be_focused()
    assert violations(page, "#report") == []
    page.keyboard.type("It insults me.")
    press(page, "Enter")
    expect(chat.reply.locator(".reported")).to_be_visible()
    page.reload()
    expect(chat.reply.locator(".reported")).to_be_visible()
    chat.reply.locator("[data-do=more]").click()
    page.get_by_role("button", name="Take the report back").click()
    expect(chat.reply.locator(".reported")).to_be_hidden()
    chat.reply.locator("[data-do=more]").click()
    page.get_by_role("button", name="Report this reply…").click()
    press(page, "Escape")
    expect(chat.reply.locator(".reported")).to_be_hidden()


def test_where_nobody_reviews_nothing_offers_a_report(start_site: StartSite, new_context: NewContext) -> None:
    site = start_site(CHAT_REVIEW="off")
    chat = sign_in(ChatPage(new_context().new_page(), site.url))
    chat.ask(script(text="Words."))
    chat.has("complete")
    chat.reply.locator("[data-do=more]").click()
    expect(chat.page.locator("#message-menu")).to_be_visible()
    expect(chat.page.locator("[data-do=report]")).to_have_count(0)
