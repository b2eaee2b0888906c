"""Never losing a word: a reload, a dropped line, a server that restarts, a second tab."""

from browser.chat_page import ChatPage, odd_words, script
from browser.cut_line import CutLine
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import expect

WORDS = odd_words()
WHOLE = "".join(WORDS).strip()
QUESTION = script(pieces=WORDS, delay=0.05)


def test_a_reload_in_the_middle_goes_on_to_the_end(chat: ChatPage) -> None:
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    chat.page.reload()
    chat.sees(WORDS[20].strip())
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_dropped_line_is_said_and_goes_on_at_the_exact_character(line: CutLine, new_page: NewPage) -> None:
    chat = sign_in(new_page(line.url))
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    line.cut()
    expect(chat.page.get_by_text("The connection was lost. Reconnecting…")).to_be_visible()
    before = chat.text
    line.mend()
    chat.has("complete")
    expect(chat.page.get_by_text("The connection was lost. Reconnecting…")).to_be_hidden()
    assert chat.text.startswith(before)
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_question_asked_while_the_line_is_down_is_asked_once(line: CutLine, new_page: NewPage) -> None:
    chat = sign_in(new_page(line.url))
    line.cut()
    chat.ask(script(text="Once."))
    expect(chat.page.get_by_text("The connection was lost. Reconnecting…")).to_be_visible()
    line.mend()
    chat.has("complete")
    read = chat.page.request.get(f"{chat.url}/api/v1/conversations/{chat.conversation}").json()
    assert len(read["messages"]) == 2


def test_stop_while_the_line_is_down_takes_the_question_back(line: CutLine, new_page: NewPage) -> None:
    chat = sign_in(new_page(line.url))
    line.cut()
    chat.ask("Never mind.")
    expect(chat.page.get_by_text("The connection was lost. Reconnecting…")).to_be_visible()
    chat.press("Stop")
    expect(chat.box).to_have_value("Never mind.")
    assert chat.page.locator(".message").count() == 0


def test_a_second_tab_shows_the_same_stream(chat: ChatPage, new_page: NewPage) -> None:
    chat.ask(QUESTION)
    chat.sees(WORDS[3].strip())
    second = new_page(chat.url).open(f"/c/{chat.conversation}/")
    second.sees(WORDS[10].strip())
    assert second.reply.get_attribute("data-status") == "streaming"
    second.has("complete")
    chat.has("complete")
    assert second.text == chat.text == WHOLE


def test_a_tab_that_was_open_before_follows_a_reply_asked_in_another(
    chat: ChatPage, new_page: NewPage
) -> None:
    chat.ask(script(text="First."))
    chat.has("complete")
    second = new_page(chat.url).open(f"/c/{chat.conversation}/")
    second.sees("First.")
    chat.ask(QUESTION)
    second.sees(WORDS[10].strip())
    second.stop()
    chat.has("stopped")
    assert chat.text == second.text == chat.saved()["content"].strip()


def test_a_server_that_restarts_tells_what_had_arrived_and_continues(
    start_site: StartSite, new_page: NewPage
) -> None:
    server = start_site()
    chat = sign_in(new_page(server.url))
    chat.ask(script(pieces=WORDS, delay=0.05, then={"text": "And the rest."}))
    chat.sees(WORDS[10].strip())
    server.ask_to_end()
    server.exit_code(15)
    server.start()
    chat.has("interrupted")
    assert WHOLE.startswith(chat.text)
    assert len(chat.text) > len("".join(WORDS[:10]))
    chat.press("Continue")
    chat.sees("And the rest.")
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip()
