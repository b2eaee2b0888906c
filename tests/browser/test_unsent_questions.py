"""A question typed while offline: kept, sent when the server is there again, and asked exactly once."""

import json
import urllib.request
from itertools import count

from browser.chat_page import ChatPage, script
from browser.cut_line import CutLine
from browser.fixtures import NewPage, sign_in
from playwright.sync_api import Route, expect
from process.harness.processes import Provider

NOT_SENT = "Not sent yet: the server cannot be reached."
CHAT = "**/api/v1/chat*"
# Tries by themselves, too, go through from the moment of the press, and none before it.
AWAY_UNTIL_PRESSED = """
  const real = window.fetch;
  let pressed = false;
  window.fetch = (input, ...rest) =>
    !pressed && new URL(input?.url ?? input, location).pathname.endsWith("/api/v1/chat")
      ? Promise.reject(new TypeError("Failed to fetch")) : real(input, ...rest);
  const press = (event) => (pressed ||= event.target.matches("[data-unsent=send], [data-unsent=send] *"));
  addEventListener("click", press, { capture: true });
"""
_numbers = count()


def question() -> tuple[str, str]:
    """A question of its own, and the words by which the provider's log knows it."""
    mark = f"once-{next(_numbers)}"
    return script(text=f"Answered {mark}."), mark


def asked(provider: Provider, mark: str) -> int:
    """How often the provider was asked it, titles not counted."""
    with urllib.request.urlopen(f"{provider.url}/log", timeout=5) as answer:
        entries = json.load(answer)
    return sum(
        bool(entry["body"].get("stream")) and mark in json.dumps(entry["body"].get("messages"))
        for entry in entries
        if entry["path"].endswith("/completions")
    )


def is_answered_once(chat: ChatPage, provider: Provider, mark: str) -> None:
    chat.sees(f"Answered {mark}.")
    chat.has("complete")
    expect(chat.page.get_by_text(NOT_SENT)).to_have_count(0)
    assert asked(provider, mark) == 1
    tree = chat.page.request.get(f"{chat.url}/api/v1/conversations/{chat.conversation}").json()
    assert sum(mark in message["content"] for message in tree["messages"] if message["role"] == "user") == 1


def test_a_question_is_kept_over_a_reload_and_sent_when_asked_to(chat: ChatPage, provider: Provider) -> None:
    text, mark = question()
    chat.page.add_init_script(AWAY_UNTIL_PRESSED)
    chat.page.reload()
    chat.ready().ask(text)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    chat.page.reload()
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    expect(chat.page.locator(".question")).to_contain_text(mark)
    assert asked(provider, mark) == 0
    chat.press("Send now")
    is_answered_once(chat, provider, mark)


def test_a_question_outlives_its_tab(line: CutLine, new_page: NewPage, provider: Provider) -> None:
    chat = sign_in(new_page(line.url))
    chat.ask(script(text="First."))
    chat.has("complete")
    text, mark = question()
    line.cut()
    chat.ask(text)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    path = f"/c/{chat.conversation}/"
    chat.page.close()
    line.mend()
    again = new_page(line.url).open(path)
    is_answered_once(again, provider, mark)


def test_it_is_sent_by_itself_when_the_line_is_back(
    line: CutLine, new_page: NewPage, provider: Provider
) -> None:
    chat = sign_in(new_page(line.url))
    text, mark = question()
    line.cut()
    chat.ask(text)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    line.mend()
    is_answered_once(chat, provider, mark)


def test_a_question_whose_answer_was_lost_on_the_way_is_not_asked_again(
    chat: ChatPage, provider: Provider
) -> None:
    text, mark = question()
    lost = iter([True])

    def lose_the_first_answer(route: Route) -> None:
        if next(lost, False):
            route.fetch()  # it arrives, and the answer does not
            route.abort("connectionreset")
        else:
            route.continue_()

    chat.page.route(CHAT, lose_the_first_answer)
    chat.ask(text)
    is_answered_once(chat, provider, mark)


def test_a_new_tab_leaves_alone_what_another_is_just_asking(
    chat: ChatPage, new_page: NewPage, provider: Provider
) -> None:
    text, mark = question()
    held: list[Route] = []
    chat.page.route(CHAT, lambda route: held.append(route))
    chat.ask(text)
    expect(chat.page.locator(".question")).to_contain_text(mark)
    second = new_page(chat.url).open("/").ready()
    expect(second.page.locator(".message")).to_have_count(0)
    held[0].continue_()
    is_answered_once(chat, provider, mark)
    expect(second.page.locator(".message")).to_have_count(0)


def test_what_is_taken_back_is_in_the_box_and_never_asked(chat: ChatPage, provider: Provider) -> None:
    text, mark = question()
    chat.page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    chat.ask(text)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    chat.box.fill("typed since")
    chat.press("Take back")
    expect(chat.box).to_have_value(f"{text}\n\ntyped since")
    expect(chat.page.locator(".message")).to_have_count(0)
    chat.page.unroute(CHAT)
    chat.page.reload()
    expect(chat.box).to_have_value(f"{text}\n\ntyped since")
    expect(chat.page.locator(".message")).to_have_count(0)
    assert asked(provider, mark) == 0


def test_a_question_that_is_too_old_goes_back_into_the_box(chat: ChatPage, provider: Provider) -> None:
    text, mark = question()
    chat.page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    chat.ask(text)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    chat.age_unsent()
    chat.page.close()
    again = ChatPage(chat.page.context.new_page(), chat.url).open("/").ready()
    expect(again.box).to_have_value(text)
    assert asked(provider, mark) == 0
