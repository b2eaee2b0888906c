"""Versions of replies and questions: made, walked through, and gone on with."""

from browser.chat_page import ChatPage, script
from playwright.sync_api import Route, expect


def test_another_reply_stands_beside_the_first_and_both_can_be_reached(chat: ChatPage) -> None:
    chat.ask(script(text="The one reply."))
    chat.has("complete")
    first = chat.reply.get_attribute("data-id")
    chat.press("Answer again")
    expect(chat.reply).not_to_have_attribute("data-id", first or "")
    chat.has("complete")
    expect(chat.reply.locator(".siblings-place")).to_have_text("2/2")
    chat.press("Earlier version")
    expect(chat.reply.locator(".siblings-place")).to_have_text("1/2")
    assert chat.reply.get_attribute("data-id") == first
    chat.page.reload()
    expect(chat.reply.locator(".siblings-place")).to_have_text("1/2")


def test_an_edited_question_is_a_branch_and_the_old_one_stays(chat: ChatPage) -> None:
    chat.ask(script(text="Old answer."))
    chat.has("complete")
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    area = chat.page.locator(".edit textarea")
    area.fill(script(text="New answer."))
    area.press("Enter")
    chat.sees("New answer.")
    chat.has("complete")
    place = chat.page.locator(".message.user .siblings-place")
    expect(place).to_have_text("2/2")
    assert "Old answer." not in chat.page.locator("#transcript").inner_text()
    chat.page.locator(".message.user").get_by_role("button", name="Earlier version").click()
    expect(place).to_have_text("1/2")
    assert chat.text == "Old answer."


def test_a_stopped_reply_goes_on_in_place(chat: ChatPage) -> None:
    chat.ask(script(tokens=60, delay=0.05, then={"text": "and so to the end."}))
    chat.sees("word5")
    chat.stop()
    stopped = chat.saved()["content"]
    chat.press("Continue")
    chat.has("complete")
    saved = chat.saved()
    assert saved["content"].startswith(stopped)
    assert saved["content"].endswith("and so to the end.")
    assert chat.text == saved["content"].strip()
    assert chat.page.locator(".message.assistant").count() == 1


def test_leaving_the_edit_box_with_escape_changes_nothing(chat: ChatPage) -> None:
    chat.ask(script(text="An answer."))
    chat.has("complete")
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    chat.page.locator(".edit textarea").press("Escape")
    expect(chat.page.locator(".edit")).to_have_count(0)
    expect(chat.page.locator(".message.user")).to_have_count(1)


def test_what_the_server_tells_of_a_question_leaves_it_alone_while_it_is_edited(chat: ChatPage) -> None:
    asked: list[str] = []
    late: list[Route] = []

    def hold(route: Route) -> None:
        """The page asks for the reply first, once it has ended, and then for its question."""
        asked.append(route.request.url.partition("?")[0])
        if asked[-1] == asked[0]:
            route.continue_()
        else:
            late.append(route)

    def late_answer(route: Route) -> None:
        """By then the page was told of the conversation, but knows no name of it yet."""
        answer = route.fetch()
        chat.page.wait_for_timeout(1000)
        route.fulfill(response=answer)

    chat.page.route("**/c/*/messages/**", hold)
    chat.page.route("**/api/v1/chat", late_answer)
    chat.ask(script(text="A reply."))
    chat.has("complete")
    while not late:
        chat.page.wait_for_timeout(20)
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    area = chat.page.locator("form.edit textarea")
    area.fill("Half a new question")
    with chat.page.expect_response("**/c/*/messages/**"):
        late[0].continue_()
    chat.page.wait_for_timeout(200)
    expect(area).to_have_value("Half a new question")
