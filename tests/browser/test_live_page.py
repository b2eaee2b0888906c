"""Never losing a word, over both transports: reloads, cut lines, killed servers, second tabs and devices."""

import pytest
from browser.chat_page import ChatPage, odd_words, script
from browser.cut_line import CutLine
from browser.fixtures import NewContext, NewPage, StartSite, sign_in
from playwright.sync_api import Route, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

WORDS = odd_words()
WHOLE = "".join(WORDS).strip()
QUESTION = script(pieces=WORDS, delay=0.05)
LOST = "The connection was lost. Reconnecting…"

CHOOSE = """
from django.contrib.auth.models import User
from chat.models import Preferences
Preferences.objects.create(user=User.objects.get(username="alice"), transport=%r)
"""
HOLD = """
delete globalThis.SharedWorker;
const { postMessage } = MessagePort.prototype;
const held = [];
MessagePort.prototype.postMessage = function (...message) {
  held.push(() => postMessage.apply(this, message));
};
globalThis.letGo = () => {
  MessagePort.prototype.postMessage = postMessage;
  held.forEach((send) => send());
};
"""
"""The page's line is not opened until it is let go."""
ADDRESS = {"sse": "/api/v1/live", "websocket": "/ws/chat/"}


def choosing(server: Server, transport: str) -> Server:
    """The same server, where Alice has chosen."""
    manage(server.settings, "shell", "-v", "0", "-c", CHOOSE % transport)
    return server


@pytest.fixture(scope="module", params=["sse", "websocket"])
def transport(request: pytest.FixtureRequest) -> str:
    transport: str = request.param
    return transport


@pytest.fixture(scope="module")
def site(start_site: StartSite, transport: str) -> Server:
    return choosing(start_site(), transport)


@pytest.fixture
def chat(line: CutLine, new_page: NewPage) -> ChatPage:
    """Alice's tab, over the line."""
    return sign_in(new_page(line.url))


def test_the_page_uses_what_was_chosen_and_one_connection_for_all_tabs(
    chat: ChatPage, line: CutLine, new_page: NewPage, transport: str
) -> None:
    for _ in range(3):
        new_page(line.url).open("/").ready()
    line.until_held(ADDRESS[transport], 1)
    other = ({*ADDRESS} - {transport}).pop()
    assert line.held(ADDRESS[other]) == 0
    # The tabs hold nothing of their own: what is open besides is the browser's, and waits for requests.
    assert line.held("/api/v1/messages") == line.held("/api/v1/chat") == 0


def test_a_reload_in_the_middle_goes_on_to_the_end(chat: ChatPage) -> None:
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    chat.page.reload()
    chat.sees(WORDS[20].strip())
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_line_that_is_cut_again_and_again_costs_no_character(chat: ChatPage, line: CutLine) -> None:
    chat.ask(script(pieces=WORDS * 2, delay=0.05))
    for cut in (10, 25, 45):
        chat.sees(WORDS[cut].strip())
        line.cut()
        expect(chat.page.get_by_text(LOST)).to_be_visible()
        before = chat.text
        line.mend()
        expect(chat.page.get_by_text(LOST)).to_be_hidden()
        assert chat.text.startswith(before)
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == "".join(WORDS * 2).strip()


def test_a_killed_server_comes_back_with_what_it_had_saved(
    start_site: StartSite, new_page: NewPage, transport: str
) -> None:
    server = choosing(start_site(), transport)
    chat = sign_in(new_page(server.url))
    chat.ask(script(pieces=WORDS * 5, delay=0.05, then={"text": "And the rest."}))
    chat.sees(WORDS[20].strip())
    server.kill()
    expect(chat.page.get_by_text(LOST)).to_be_visible()
    shown = chat.text
    server.start()
    chat.has("interrupted")
    saved = chat.saved()["content"].strip()
    assert chat.text == saved
    assert "".join(WORDS * 5).startswith(saved)
    assert shown.startswith(saved) or saved.startswith(shown)
    chat.press("Continue")
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip()
    assert chat.text.startswith(saved)


def test_stop_is_at_once_and_keeps_what_had_arrived(chat: ChatPage) -> None:
    chat.ask(script(tokens=200, delay=0.05))
    chat.sees("word5")
    chat.stop()
    assert chat.text == chat.saved()["content"].strip()


def test_a_second_tab_sees_the_question_the_reply_and_the_list(chat: ChatPage, new_page: NewPage) -> None:
    sees_all_live(chat, new_page(chat.url).open("/").ready())


def test_another_device_sees_the_question_the_reply_and_the_list(
    chat: ChatPage, new_context: NewContext
) -> None:
    sees_all_live(chat, sign_in(ChatPage(new_context().new_page(), chat.url)))


def sees_all_live(chat: ChatPage, other: ChatPage) -> None:
    """Both begin at a new chat; `other` is never reloaded, and never asks."""
    items = other.page.locator(".conversation")
    before = items.count()
    chat.ask(script(text="The first.", title="A live title"))
    chat.has("complete")
    expect(items).to_have_count(before + 1)
    expect(items.first).to_contain_text("A live title")
    items.first.get_by_role("link").first.click()
    other.ready().sees("The first.")
    chat.ask(QUESTION)
    expect(other.page.locator(".message.user")).to_have_count(2)
    other.sees(WORDS[10].strip())
    assert other.reply.get_attribute("data-status") == "streaming"
    other.has("complete")
    chat.has("complete")
    assert other.text == chat.text == chat.saved()["content"].strip() == WHOLE
    deleted = chat.page.request.delete(
        f"{chat.url}/api/v1/conversations/{chat.conversation}", headers=csrf(chat)
    )
    assert deleted.status == 204
    expect(items).to_have_count(before)
    expect(other.page.get_by_role("alert")).to_have_text("The conversation was deleted.")


def test_without_a_shared_worker_each_tab_has_a_line_of_its_own(
    line: CutLine, new_context: NewContext, transport: str
) -> None:
    device = new_context()
    device.add_init_script("delete globalThis.SharedWorker")
    chat = sign_in(ChatPage(device.new_page(), line.url))
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    line.until_held(ADDRESS[transport], 1)
    second = ChatPage(device.new_page(), line.url).open(f"/c/{chat.conversation}/").ready()
    line.until_held(ADDRESS[transport], 2)
    chat.page.reload()
    for each in (chat, second):
        each.has("complete")
        assert each.text == chat.saved()["content"].strip() == WHOLE


def test_what_is_asked_elsewhere_before_the_line_is_open_is_shown_once_it_is(
    chat: ChatPage, new_context: NewContext
) -> None:
    chat.ask(script(text="The first."))
    chat.has("complete")
    device = new_context()
    device.add_init_script(HOLD)
    second = sign_in(ChatPage(device.new_page(), chat.url)).open(f"/c/{chat.conversation}/").ready()
    chat.ask(script(text="The second."))
    chat.has("complete")
    expect(chat.reply.get_by_role("button", name="Answer again")).to_be_visible()  # all of it was told
    assert second.text == "The first."
    second.page.evaluate("letGo()")
    second.sees("The second.")


def test_the_list_does_not_say_for_ever_that_what_ended_before_the_line_was_open_is_answered(
    chat: ChatPage, new_context: NewContext
) -> None:
    chat.ask(script(tokens=2, delay=0.01, hold=1))
    chat.sees("word0")
    device = new_context()
    device.add_init_script(HOLD)
    second = sign_in(ChatPage(device.new_page(), chat.url)).ready()
    marks = second.page.locator("#conversations .runs")
    expect(marks).to_have_count(1)
    chat.stop()
    expect(chat.page.locator("#conversations .runs")).to_have_count(0)
    expect(marks).to_have_count(1)
    second.page.evaluate("letGo()")
    expect(marks).to_have_count(0)


def test_a_rename_elsewhere_is_shown_everywhere(chat: ChatPage, new_page: NewPage) -> None:
    chat.ask(script(text="The first."))
    chat.has("complete")
    second = new_page(chat.url).open(f"/c/{chat.conversation}/").ready()
    answer = chat.page.request.patch(
        f"{chat.url}/api/v1/conversations/{chat.conversation}",
        data={"title": "Named elsewhere"},
        headers=csrf(chat),
    )
    assert answer.ok
    for each in (chat, second):
        expect(each.page.locator("#title")).to_have_text("Named elsewhere")
        expect(each.page.locator("[aria-current] .conversation-title")).to_have_text("Named elsewhere")


def test_who_searches_hears_what_happens_to_the_open_conversation(chat: ChatPage) -> None:
    chat.ask(script(text="The first.", title="Open"))
    chat.has("complete")
    chat.page.get_by_role("searchbox").fill("no such thing")
    expect(chat.page.locator("#conversations")).to_have_text("Nothing found.")
    address = f"{chat.url}/api/v1/conversations/{chat.conversation}"
    assert chat.page.request.patch(address, data={"title": "Named elsewhere"}, headers=csrf(chat)).ok
    expect(chat.page.locator("#title")).to_have_text("Named elsewhere")
    assert chat.page.request.delete(address, headers=csrf(chat)).ok
    expect(chat.page.get_by_role("alert")).to_contain_text("The conversation was deleted.")
    expect(chat.page.locator("#conversations")).to_have_text("Nothing found.")


def test_an_open_edit_box_is_left_alone_by_what_another_tab_does(chat: ChatPage, new_page: NewPage) -> None:
    chat.ask(script(text="The first."))
    chat.has("complete")
    second = new_page(chat.url).open(f"/c/{chat.conversation}/").ready()
    second.page.locator(".message.user").hover()
    second.press("Edit the question")
    second.page.locator(".edit textarea").fill("half a thou")
    chat.ask(script(text="The second."))
    chat.has("complete")
    second.sees("The second.")
    expect(second.page.locator(".edit textarea")).to_have_value("half a thou")


def edit_the_first(chat: ChatPage, text: str) -> None:
    first = chat.page.locator(".message.user").first
    first.hover()
    first.get_by_role("button", name="Edit the question").click()
    chat.page.locator("form.edit textarea").fill(text)
    chat.page.locator("form.edit textarea").press("Enter")


def test_a_question_is_edited_while_a_reply_runs_which_goes_on_in_its_branch(chat: ChatPage) -> None:
    chat.ask(script(text="The first."))
    chat.has("complete")
    chat.ask(QUESTION)
    chat.sees(WORDS[5].strip())
    running = chat.reply.get_attribute("data-id")
    edit_the_first(chat, script(text="The other."))
    chat.sees("The other.")
    chat.has("complete")
    expect(chat.page.locator(".message")).to_have_count(2)
    chat.page.locator(".message.user").get_by_role("button", name="Earlier version").click()
    expect(chat.reply).to_have_attribute("data-id", running or "")
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


@pytest.mark.parametrize("ends_meanwhile", [False, True])
def test_a_reply_that_ran_goes_on_where_an_edited_question_is_refused(
    chat: ChatPage, ends_meanwhile: bool
) -> None:
    chat.ask(script(text="The first."))
    chat.has("complete")
    chat.ask(QUESTION)
    chat.sees(WORDS[5].strip())
    running = chat.reply.get_attribute("data-id")

    def refuse(route: Route) -> None:
        saved = f"{chat.url}/api/v1/messages/{running}"
        while ends_meanwhile and chat.page.request.get(saved).json()["status"] == "streaming":
            chat.page.wait_for_timeout(100)
        route.fulfill(status=400, json={"error": {"message": "Not so."}})

    chat.page.route("**/api/v1/chat", refuse)
    edit_the_first(chat, "Another question")
    expect(chat.page.get_by_role("alert")).to_have_text("Not so.")
    expect(chat.page.locator("form.edit textarea")).to_have_value("Another question")
    expect(chat.page.get_by_role("button", name="Stop", exact=True)).to_be_visible(visible=not ends_meanwhile)
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE
    expect(chat.page.get_by_role("alert")).to_have_text("Not so.")


def test_who_deletes_a_running_reply_is_not_told_that_it_is_gone_and_others_are_until_it_is_back(
    chat: ChatPage, new_page: NewPage
) -> None:
    chat.ask(QUESTION)
    chat.sees(WORDS[5].strip())
    second = new_page(chat.url).open(f"/c/{chat.conversation}/").ready()
    second.sees(WORDS[6].strip())
    chat.page.reload()
    chat.ready().sees(WORDS[7].strip())
    count_alerts(chat)
    chat.page.locator(".message.user").hover()
    chat.page.locator(".message.user").get_by_role("button", name="More").click()
    chat.page.locator("#message-menu").get_by_role("button", name="Delete", exact=True).click()
    gone = second.page.get_by_role("alert")
    expect(gone).to_have_text("This reply no longer exists.")
    chat.press("Undo")
    chat.has("stopped")
    second.has("stopped")
    expect(gone).to_be_hidden()
    assert chat.page.evaluate("globalThis.alerts") == []


def count_alerts(chat: ChatPage) -> None:
    """From now on `alerts` has what was said near the box, also for a moment."""
    chat.page.evaluate(
        """() => {
          globalThis.alerts = [];
          const trouble = document.getElementById("trouble");
          const note = () => trouble.hidden || alerts.push(trouble.textContent);
          new MutationObserver(note).observe(trouble, { subtree: true, childList: true, attributes: true });
        }"""
    )


def test_who_asks_a_moment_after_another_tab_sees_why_not_until_they_type(
    chat: ChatPage, new_page: NewPage
) -> None:
    chat.ask(script(text="The first."))
    chat.has("complete")
    second = new_page(chat.url).open(f"/c/{chat.conversation}/").ready()

    def be_late(route: Route) -> None:
        """The other tab's question is there first, and this page does not know yet."""
        chat.ask(QUESTION)
        chat.sees(WORDS[1].strip())
        route.continue_()

    second.page.route("**/api/v1/chat", be_late)
    second.ask("one too many")
    alert = second.page.get_by_role("alert")
    second.sees(WORDS[5].strip())
    expect(alert).to_contain_text("running")
    expect(second.box).to_have_value("one too many")
    second.has("complete")
    expect(alert).to_be_visible()
    second.box.press_sequentially("!")
    expect(alert).to_be_hidden()


def test_who_signs_out_elsewhere_is_told(chat: ChatPage, new_page: NewPage) -> None:
    second = new_page(chat.url).open("/").ready()
    second.page.get_by_role("button", name="Sign out").click()
    expect(chat.page.get_by_role("alert")).to_contain_text("You are signed out.")
    second.page.get_by_label("Username").fill("alice")
    second.page.get_by_label("Password", exact=True).fill(PASSWORD)
    second.page.get_by_role("button", name="Sign in").click()
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_a_message_that_the_keyboard_went_to_keeps_the_focus_when_it_changes(chat: ChatPage) -> None:
    chat.ask(script(text="Rated elsewhere."))
    chat.has("complete")
    chat.page.keyboard.press("Alt+ArrowUp")
    expect(chat.reply).to_be_focused()
    rated = chat.page.request.put(
        f"{chat.url}/api/v1/messages/{chat.reply.get_attribute('data-id')}/feedback",
        headers=csrf(chat),
        data={"rating": 1},
    )
    assert rated.ok
    good = chat.reply.get_by_role("button", name="Good reply")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(chat.reply).to_be_focused()


def csrf(chat: ChatPage) -> dict[str, str]:
    cookies = chat.page.context.cookies(chat.url)
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    return {"X-CSRFToken": token, "Referer": chat.url}
