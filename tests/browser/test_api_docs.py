"""The page that describes the API: found, linked to, and every way to try it, as its reader has it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage
from playwright.sync_api import Browser, Locator, Page, expect
from process.harness.processes import PROVIDER_KEY, Server, manage

ADDRESS = "/api/v1/docs"
SLOW = script(tokens=600, delay=0.05)


@pytest.fixture
def docs(chat: ChatPage) -> Page:
    """The page in Alice's browser."""
    return chat.open(ADDRESS).page


@pytest.fixture(scope="session")
def key(site: Server) -> str:
    return manage(site.settings, "create_api_key", "alice", "--name", "the API's page")


def trial(page: Page, name: str) -> Locator:
    """The form of a call, opened."""
    page.locator(f"#{name} .try > summary").click()
    return page.locator(f"#{name} form")


def send(form: Locator) -> None:
    form.get_by_role("button", name="Send").click()


def body(form: Locator, **fields: object) -> None:
    form.locator(".body").fill(json.dumps(fields))


def test_a_call_is_sent_with_the_session_and_shown_with_its_headers(docs: Page) -> None:
    form = trial(docs, "get-conversations")
    form.locator("[data-name=limit]").fill("3")
    send(form)
    expect(form.locator(".status")).to_contain_text("200")
    expect(form.locator(".received")).to_contain_text('"results"')
    form.locator(".received-headers summary").click()
    expect(form.locator(".received-headers pre")).to_contain_text("content-type: application/json")


def test_what_changes_something_goes_with_the_token_of_the_session(docs: Page) -> None:
    form = trial(docs, "post-conversations")
    body(form, title="Made on the page")
    send(form)
    expect(form.locator(".status")).to_contain_text("201")
    expect(form.locator(".received")).to_contain_text("Made on the page")


def test_a_key_speaks_instead_of_the_session_and_is_kept_nowhere(docs: Page) -> None:
    docs.locator("#key").fill("chat-wrong")
    form = trial(docs, "get-models")
    send(form)
    expect(form.locator(".status")).to_contain_text("401")
    kept = docs.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "chat-wrong" not in kept
    docs.reload()
    expect(docs.locator("#key")).to_have_value("")


def test_a_stream_is_shown_piece_by_piece_and_stop_aborts_it(docs: Page, chat: ChatPage) -> None:
    form = trial(docs, "post-chat")
    body(form, content=SLOW)
    send(form)
    expect(form.locator(".pieces li").nth(5)).to_be_visible()
    times = [float(text.split()[0]) for text in form.locator(".moment").all_text_contents()]
    assert times == sorted(times)
    assert times[-1] > times[0]
    start = json.loads(form.locator(".pieces code").first.inner_text().split("\n")[0].removeprefix("data: "))
    form.get_by_role("button", name="Stop").click()
    expect(form.locator(".status")).to_contain_text("Stopped by you")
    expect(form.get_by_role("button", name="Stop")).to_be_hidden()
    read = trial(docs, "get-messages-message")
    read.locator("[data-name=message_id]").fill(start["reply"])
    send(read)
    expect(read.locator(".received")).to_contain_text(re.compile('"status": "(interrupted|streaming)"'))
    # The connection was closed: the server noticed, and ended the reply.
    expect(read.locator(".received")).to_contain_text('"status": "interrupted"')


def test_every_form_of_a_stream_is_cut_into_what_it_is_made_of(docs: Page) -> None:
    form = trial(docs, "post-chat")
    body(form, content=script(text="One two three", tokens=3))
    for name, begin in (("sse", 'data: {"type":"start"'), ("ndjson", '{"type":"start"'), ("text", "One")):
        form.locator("[data-name=format]").select_option(name)
        send(form)
        expect(form.locator(".status")).to_contain_text("the stream ended")
        assert form.locator(".pieces code").first.inner_text().startswith(begin), name


def test_what_takes_something_away_asks_first_and_says_what_it_does(docs: Page) -> None:
    asked: list[str] = []
    docs.on("request", lambda request: asked.append(request.method))
    form = trial(docs, "delete-conversations-conversation")
    expect(form.locator(".effect")).to_contain_text("Deletes this conversation of yours")
    form.locator("[data-name=conversation_id]").fill("01993b0e-5c2a-7d31-8f4a-2b6c9e01d7a4")
    send(form)
    assert "DELETE" not in asked
    form.locator(".sure input").check()
    send(form)
    expect(form.locator(".status")).to_contain_text("404")


def test_a_frame_goes_out_over_the_socket_and_its_events_come_back(docs: Page) -> None:
    page = docs
    page.locator("#socket .try > summary").click()
    form = page.locator("#socket-try")
    send(form)
    expect(form.locator(".status")).to_have_text("Not sent: connect first.")
    form.get_by_role("button", name="Connect").click()
    expect(form.locator(".status")).to_have_text("Connected.")
    form.locator(".body").fill(json.dumps({"type": "send", "ref": 1, "content": script(text="Hello")}))
    send(form)
    expect(form.locator(".pieces")).to_contain_text('"type":"start"')
    expect(form.locator(".pieces")).to_contain_text('"type":"end"')
    assert "→" in form.locator(".moment").first.inner_text()
    form.get_by_role("button", name="Close").click()
    expect(form.locator(".status")).to_contain_text("Closed with 1000")


def test_a_refused_socket_says_why(docs: Page) -> None:
    docs.locator("#key").fill("chat-wrong")
    docs.locator("#socket .try > summary").click()
    form = docs.locator("#socket-try")
    form.get_by_role("button", name="Connect").click()
    expect(form.locator(".status")).to_contain_text("Closed with 4401")
    expect(form.locator(".status")).to_contain_text("Sign in, or use another key.")


@pytest.mark.parametrize("language", ["curl", "fetch", "python"])
def test_what_programs_are_told_to_send_works_as_it_stands(
    docs: Page, key: str, language: str, tmp_path: Path
) -> None:
    form = trial(docs, "post-chat")
    content = script(text="It's “there” 😀", tokens=2)
    body(form, content=content, temporary=False, params={"temperature": 0.5}, system_prompt=None)
    form.locator("[data-name=format]").select_option("text")
    form.locator("[data-name='Idempotency-Key']").fill(f"page-{language}-{os.getpid()}")
    form.locator(".snippets summary").click()
    form.locator(f"[data-snippet={language}]").click()
    snippet = form.locator(".snippet").inner_text()
    assert PROVIDER_KEY not in snippet
    assert key not in snippet
    name, runner = {
        "curl": ("call.sh", ["sh"]),
        "fetch": ("call.mjs", ["node"]),
        "python": ("call.py", [sys.executable]),
    }[language]
    (tmp_path / name).write_text(snippet)
    done = subprocess.run(
        [*runner, name],
        cwd=tmp_path,
        env=os.environ | {"KEY": key, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "It's “there” 😀"


def test_a_call_is_found_by_its_words_and_by_keys_alone(docs: Page) -> None:
    docs.locator("h1").click()
    docs.keyboard.press("/")
    expect(docs.locator("#find")).to_be_focused()
    docs.keyboard.type("brings conversation into your list")
    expect(docs.locator("#post-conversations-conversation-restore")).to_be_visible()
    expect(docs.locator("#get-models")).to_be_hidden()
    docs.keyboard.press("Enter")
    expect(docs.locator("#post-conversations-conversation-restore h3 a")).to_be_focused()
    assert docs.url.endswith("#post-conversations-conversation-restore")
    docs.keyboard.press("/")
    docs.keyboard.press("Escape")
    expect(docs.locator("#get-models")).to_be_visible()


def test_a_link_leads_to_its_call(chat: ChatPage) -> None:
    page = chat.open(f"{ADDRESS}#post-v1-chat-completions").page
    expect(page.locator("#post-v1-chat-completions h3")).to_be_in_viewport()


def test_without_scripts_all_is_there_to_read_and_no_button_does_nothing(
    chromium: Browser, site: Server
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url + ADDRESS)
    expect(page.locator("#post-chat h3")).to_be_visible()
    expect(page.locator("#told-end table")).to_be_visible()
    assert page.locator("button:visible, input:visible, textarea:visible").count() == 0
    context.close()


def test_the_page_speaks_the_readers_language(site: Server, new_page: NewPage) -> None:
    page = new_page(site.url)
    page.page.context.set_extra_http_headers({"Accept-Language": "zh-CN"})
    page.open(ADDRESS)
    expect(page.page.locator(".try > summary").first).to_have_text("试一试")
    assert page.page.locator("html").get_attribute("lang") == "zh-hans"
