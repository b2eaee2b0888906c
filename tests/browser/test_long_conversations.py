"""2,000 messages: opened at the end, loaded in parts without a jump, followed only by who is at the end."""

import re

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import expect
from process.harness.processes import manage

MAKE_LONG = """
from django.contrib.auth.models import User
from chat.models import Conversation, Message
from chat.search.index import put_conversation
row = Conversation.objects.create(owner=User.objects.get(username="alice"), title="Long")
messages, parent = [], None
for number in range(2000):
    text = f"Message {number}. " + "Some *words* and `code`.\\n\\n" * (number % 7 + 1)
    role = ("user", "assistant")[number % 2]
    parent = Message(conversation=row, parent=parent, role=role, content=text + "Capybara." * (number == 301))
    messages.append(parent)
Message.objects.bulk_create(messages)
row.active = parent
row.save()
put_conversation(row.id)
print(row.id)
"""
LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({duration}) => duration)))
  .observe({type: "longtask", buffered: true});
"""
TOP_MESSAGE = """() => {
  const top = document.getElementById("scroll").getBoundingClientRect().top;
  const isSeen = (message) => message.getBoundingClientRect().bottom > top;
  const message = [...document.querySelectorAll(".message")].find(isSeen);
  return [message.id, message.getBoundingClientRect().top];
}"""


@pytest.fixture(scope="module")
def long(start_site: StartSite) -> tuple[str, str]:
    """The address of a site, and a conversation of Alice's there."""
    site = start_site()
    return site.url, manage(site.settings, "shell", "-v", "0", "-c", MAKE_LONG)


@pytest.fixture
def opened(long: tuple[str, str], new_page: NewPage) -> ChatPage:
    url, key = long
    chat = sign_in(new_page(url))
    chat.page.add_init_script(LONG_TASKS)
    return chat.open(f"/c/{key}/").ready()


def test_it_opens_at_its_end_with_a_part_of_it(opened: ChatPage) -> None:
    assert opened.page.locator(".message").count() <= 40
    expect(opened.reply).to_contain_text("Message 1999.")
    expect(opened.reply).to_be_in_viewport()
    print("long tasks (ms):", opened.page.evaluate("longTasks"))


def test_earlier_parts_come_above_and_nothing_jumps(opened: ChatPage) -> None:
    messages = opened.page.locator(".message")
    for _ in range(3):
        count = messages.count()
        opened.page.evaluate("document.getElementById('scroll').scrollTop = 300")
        key, top = opened.page.evaluate(TOP_MESSAGE)
        expect(messages).not_to_have_count(count)
        box = opened.page.locator(f"#{key}").bounding_box()
        assert box is not None
        assert abs(box["y"] - top) < 2
    texts = opened.page.locator(".message").all_text_contents()
    shown = [int(re.findall(r"Message (\d+)\.", text)[0]) for text in texts]
    assert shown == list(range(shown[0], 2000))
    print("long tasks (ms):", opened.page.evaluate("longTasks"))


def test_it_opens_in_its_middle_and_the_button_leads_to_the_end(opened: ChatPage) -> None:
    opened.page.get_by_role("searchbox").fill("capybara")
    opened.page.locator(".hit a").click()
    opened.ready()
    expect(opened.page.locator(".message:focus")).to_contain_text("Capybara.")
    assert opened.page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["Capybara"]
    opened.press("To the end")
    expect(opened.reply).to_contain_text("Message 1999.")
    expect(opened.reply).to_be_in_viewport()
    expect(opened.page.locator("#to-end")).to_be_hidden()


def test_what_is_asked_in_the_middle_goes_to_the_end(opened: ChatPage) -> None:
    opened.page.get_by_role("searchbox").fill("capybara")
    opened.page.locator(".hit a").click()
    opened.ready().ask(script(text="The two thousand and second."))
    opened.has("complete")
    expect(opened.page.locator(".message", has_text="Message 1999.")).to_have_count(1)
    saved = opened.page.request.get(f"{opened.url}/api/v1/conversations/{opened.conversation}").json()
    by_id = {message["id"]: message for message in saved["messages"]}
    question = by_id[by_id[saved["active"]]["parent"]]
    assert "Message 1999." in by_id[question["parent"]]["content"]
    opened.page.reload()
    expect(opened.reply).to_contain_text("The two thousand and second.")


def test_only_who_is_at_the_end_is_taken_along(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 800, "height": 500})
    chat.ask(script(pieces=[f"Line {number}.\n\n" for number in range(60)], delay=0.05))
    chat.sees("Line 15.")
    distance = "(s => s.scrollHeight - s.scrollTop - s.clientHeight)(document.getElementById('scroll'))"
    assert chat.page.evaluate(distance) <= 60
    chat.page.locator("#scroll").hover()
    chat.page.mouse.wheel(0, -200)
    button = chat.page.get_by_role("button", name="New text below")
    expect(button).to_be_visible()
    top = chat.page.evaluate("document.getElementById('scroll').scrollTop")
    chat.sees("Line 30.")
    assert chat.page.evaluate("document.getElementById('scroll').scrollTop") == top
    button.click()
    expect(button).to_be_hidden()
    chat.has("complete")
    expect(chat.reply.get_by_text("Line 59.")).to_be_in_viewport()


def test_without_scripts_links_lead_to_the_beginning(long: tuple[str, str], new_page: NewPage) -> None:
    url, key = long
    chat = sign_in(new_page(url))
    browser = chat.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=chat.page.context.storage_state())
    page = context.new_page()
    page.goto(f"{url}/c/{key}/")
    first = page.locator(".message").first.get_attribute("id")
    page.get_by_role("link", name="Earlier messages").click()
    assert page.locator(".message").count() == 40
    assert page.locator(f"#{first}").count() == 0
    page.get_by_role("link", name="Later messages").click()
    expect(page.locator(f"#{first}")).to_be_visible()
    context.close()
