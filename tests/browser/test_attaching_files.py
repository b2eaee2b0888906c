"""Files: picked, pasted, dropped, shown with their question, kept in the draft, refused with a reason."""

import re
from pathlib import Path
from typing import Any

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from files.samples import image, pdf
from playwright.sync_api import Locator, expect

ANSWER = script(text="I have read it.")
GIVE = """([how, files]) => {
  const data = new DataTransfer();
  for (const [name, type, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  if (how === "paste") {
    document.getElementById("box").dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    return;
  }
  for (const type of how.split(" "))
    document.getElementById("scroll").dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
PASTE_TEXT = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.getElementById("box").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
FORGET_FILES = """async () => {
  const { call, request } = await import("/static/chat/js/api.js");
  const { results } = await call("attachments");
  const answers = results.map(({ id }) => request(`attachments/${id}`, { method: "DELETE" }));
  return (await Promise.all(answers)).map(({ status }) => status);
}"""

File = tuple[str, str, bytes]
NOTES: File = ("notes.txt", "text/plain", b"The cat sat on the mat.")


def pick(chat: ChatPage, *files: File) -> None:
    given: list[Any] = [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
    with chat.page.expect_file_chooser() as chooser:
        chat.press("Attach files")
    chooser.value.set_files(given)


def give(chat: ChatPage, how: str, *files: File) -> None:
    """`how`: paste, or the names of drag events."""
    chat.page.evaluate(GIVE, [how, [[name, kind, list(data)] for name, kind, data in files]])


def chips(chat: ChatPage) -> Locator:
    return chat.page.locator(".chip")


def uploaded(chat: ChatPage, count: int = 1) -> None:
    expect(chips(chat)).to_have_count(count)
    expect(chat.page.locator(".chip progress:visible")).to_have_count(0)
    expect(chat.page.locator(".chip.failed")).to_have_count(0)


def trouble(chat: ChatPage) -> Locator:
    return chat.page.get_by_role("alert")


def question_files(chat: ChatPage) -> Locator:
    return chat.page.locator(".message.user").last.locator(".attachment")


@pytest.fixture
def seeing(start_site: StartSite, new_page: NewPage) -> ChatPage:
    """A site whose first model reads images, and whose second does not."""
    return sign_in(new_page(start_site(CHAT_MODELS="scripted-vision,scripted").url))


def test_limits_are_told_before_anything_is_attached(chat: ChatPage) -> None:
    button = chat.page.get_by_role("button", name="Attach files")
    expect(button).to_have_attribute("title", re.compile("at most 10, each up to 10 MB"))
    give(chat, "dragenter", NOTES)
    expect(chat.page.locator("#drop-zone")).to_contain_text("at most 10, each up to 10 MB")


def test_a_picked_file_goes_with_the_question_and_is_there_after_a_reload(chat: ChatPage) -> None:
    pick(chat, NOTES)
    uploaded(chat)
    expect(chips(chat)).to_contain_text("notes.txt")
    chat.ask(ANSWER)
    expect(chips(chat)).to_have_count(0)
    expect(question_files(chat)).to_contain_text("notes.txt")
    chat.has("complete")
    expect(question_files(chat)).to_contain_text("1 KB")
    chat.page.reload()
    link = question_files(chat).get_by_role("link")
    with chat.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "notes.txt"
    assert Path(download.value.path()).read_bytes() == NOTES[2]


def test_a_pasted_image_is_seen_in_the_chip_and_in_the_question(seeing: ChatPage) -> None:
    give(seeing, "paste", ("image.png", "image/png", image(size=(300, 200))))
    uploaded(seeing)
    loaded = "(image) => image.decode().then(() => image.naturalWidth)"
    assert chips(seeing).locator("img").evaluate(loaded) == 300
    seeing.ask(ANSWER)
    seeing.has("complete")
    seeing.page.reload()
    assert question_files(seeing).locator("img").evaluate(loaded) == 300
    expect(question_files(seeing).get_by_role("img", name="image.png")).to_be_visible()


def test_dropped_files_show_where_they_go_and_are_attached(chat: ChatPage) -> None:
    zone = chat.page.locator("#drop-zone")
    give(chat, "dragenter", NOTES)
    expect(zone).to_be_visible()
    give(chat, "dragover drop", NOTES, ("report.pdf", "application/pdf", pdf("Results")))
    expect(zone).to_be_hidden()
    uploaded(chat, 2)
    expect(chips(chat).last).to_contain_text("report.pdf")


def test_a_removed_file_is_not_sent(chat: ChatPage) -> None:
    pick(chat, NOTES, ("other.txt", "text/plain", b"other"))
    uploaded(chat, 2)
    chat.page.get_by_role("button", name="Remove notes.txt").press("Enter")
    expect(chat.page.get_by_role("button", name="Remove other.txt")).to_be_focused()
    chat.ask(ANSWER)
    chat.has("complete")
    expect(question_files(chat)).to_have_count(1)
    expect(question_files(chat)).to_contain_text("other.txt")


def test_files_are_part_of_the_draft(chat: ChatPage) -> None:
    pick(chat, NOTES)
    uploaded(chat)
    chat.box.fill("What does")
    chat.page.reload()
    chat.ready()
    expect(chips(chat)).to_contain_text("notes.txt")
    expect(chat.box).to_have_value("What does")
    chat.ask(ANSWER)
    chat.has("complete")
    chat.open("/").ready()
    expect(chips(chat)).to_have_count(0)
    expect(chat.box).to_have_value("")


def test_a_file_that_waited_too_long_leaves_the_draft_with_a_word(chat: ChatPage) -> None:
    pick(chat, NOTES)
    uploaded(chat)
    assert set(chat.page.evaluate(FORGET_FILES)) == {204}
    chat.page.reload()
    expect(chat.page.locator(".toast")).to_contain_text("notes.txt waited longer than a day")
    expect(chips(chat)).to_have_count(0)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (("app.zip", "application/zip", b"PK\x03\x04\x00\x00\x00"), "it is none of these"),
        (("empty.txt", "text/plain", b""), "it is empty"),
        (("image.png", "image/png", image()), "the chosen model does not read images"),
    ],
)
def test_what_cannot_be_attached_is_refused_at_once(chat: ChatPage, file: File, reason: str) -> None:
    requests: list[str] = []
    chat.page.on("request", lambda request: requests.append(request.url))
    pick(chat, file, NOTES)
    expect(trouble(chat)).to_contain_text(f"{file[0]} was not attached")
    expect(trouble(chat)).to_contain_text(reason)
    uploaded(chat)
    assert len([url for url in requests if "/attachments?" in url]) == 1


def test_too_large_and_too_many_are_refused_at_once(start_site: StartSite, new_page: NewPage) -> None:
    site = start_site(CHAT_MAX_ATTACHMENT_BYTES="2000", CHAT_MAX_ATTACHMENTS="2")
    chat = sign_in(new_page(site.url))
    pick(chat, ("large.txt", "text/plain", b"x" * 2001))
    expect(trouble(chat)).to_contain_text("large.txt was not attached: a file may have up to 2 KB.")
    pick(chat, NOTES, NOTES, ("third.txt", "text/plain", b"x"))
    expect(trouble(chat)).to_contain_text("third.txt was not attached: a question takes 2 files at most.")
    uploaded(chat, 2)


def test_many_refused_files_take_a_sentence_for_each_reason_and_leave_the_box_on_a_phone(
    chat: ChatPage,
) -> None:
    chat.page.set_viewport_size({"width": 375, "height": 700})
    texts = [(f"note-{number}.txt", "text/plain", b"x") for number in range(18)]
    empty = [(f"{name * 40}.txt", "text/plain", b"") for name in "abc"]
    pick(chat, *texts, *empty)
    told = trouble(chat).locator("span")
    expect(told).to_contain_text("8 files were not attached: a question takes 10 files at most.")
    named = ", ".join(name for name, *_ in empty[:2]) + f", and {empty[2][0]}"
    expect(told).to_contain_text(f"{named} were not attached: they are empty, or folders.")
    uploaded(chat, 10)
    expect(chat.page.locator("#send")).to_be_in_viewport(ratio=1)
    assert chat.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    # However much is to be said, it stays small, and is scrolled in.
    long = [(f"{number}{'long' * 50}.txt", "text/plain", b"") for number in range(3)]
    pick(chat, *long)
    expect(told).to_contain_text(long[0][0])
    expect(chat.page.locator("#send")).to_be_in_viewport(ratio=1)
    assert trouble(chat).evaluate("(box) => box.clientHeight < box.scrollHeight && box.clientHeight < 150")


def test_a_site_that_takes_no_files_offers_none(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site(CHAT_MAX_ATTACHMENTS="0").url))
    expect(chat.page.get_by_role("button", name="Attach files")).to_have_count(0)
    give(chat, "paste", NOTES)
    chat.page.evaluate(PASTE_TEXT, "x" * 9000)
    expect(chips(chat)).to_have_count(0)


def test_what_the_server_refuses_is_told_in_the_chip_and_stands_in_the_way(chat: ChatPage) -> None:
    pick(chat, ("scan.pdf", "application/pdf", pdf("")))
    expect(chips(chat)).to_contain_text("The PDF has no text: its pages are pictures.")
    chat.ask(ANSWER)
    expect(trouble(chat)).to_contain_text("scan.pdf was not uploaded.")
    expect(chat.box).to_have_value(ANSWER)
    chat.page.get_by_role("button", name="Remove scan.pdf").click()
    chat.box.press("Enter")
    chat.has("complete")


def test_a_model_that_cannot_see_is_told_of_when_it_is_chosen_later(seeing: ChatPage) -> None:
    pick(seeing, ("image.png", "image/png", image()))
    uploaded(seeing)
    seeing.page.get_by_label("Model").select_option("scripted")
    expect(trouble(seeing)).to_contain_text("scripted does not read images.")
    seeing.ask(ANSWER)
    expect(seeing.box).to_have_value(ANSWER)
    seeing.page.get_by_label("Model").select_option("scripted-vision")
    expect(trouble(seeing)).to_be_hidden()
    seeing.box.press("Enter")
    seeing.has("complete")


def test_a_long_paste_is_a_file_and_can_be_put_into_the_box(chat: ChatPage) -> None:
    text = "line of text\n" * 1000
    chat.page.evaluate(PASTE_TEXT, text)
    uploaded(chat)
    expect(chips(chat)).to_contain_text("Pasted text")
    expect(chat.box).to_have_value("")
    chat.press("Put it into the box instead")
    expect(chips(chat)).to_have_count(0)
    expect(chat.box).to_have_value(text)


def test_a_question_waits_for_its_files(chat: ChatPage) -> None:
    held: list[Any] = []
    chat.page.route("**/api/v1/attachments?*", lambda route: held.append(route))
    pick(chat, NOTES)
    expect(chat.page.locator(".chip progress")).to_be_visible()
    chat.ask(ANSWER)
    expect(chat.page.get_by_text("Uploading the files; the question follows by itself…")).to_be_visible()
    expect(chat.page.locator(".message")).to_have_count(0)
    held[0].continue_()
    chat.has("complete")
    expect(question_files(chat)).to_contain_text("notes.txt")


def test_a_lost_upload_can_be_tried_again(chat: ChatPage) -> None:
    chat.page.route("**/api/v1/attachments?*", lambda route: route.abort())
    pick(chat, NOTES)
    expect(chips(chat)).to_contain_text("The server cannot be reached.")
    chat.page.unroute("**/api/v1/attachments?*")
    chips(chat).get_by_role("button", name="Try again").click()
    uploaded(chat)


def test_a_refused_question_comes_back_with_its_files(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site(CHAT_MAX_MESSAGE_CHARS="10").url))
    pick(chat, NOTES)
    uploaded(chat)
    chat.ask("more than ten characters")
    expect(trouble(chat)).to_be_visible()
    expect(chips(chat)).to_contain_text("notes.txt")
    expect(chat.box).to_have_value("more than ten characters")


def test_an_edited_question_keeps_its_files(chat: ChatPage) -> None:
    pick(chat, NOTES)
    uploaded(chat)
    chat.ask(ANSWER)
    chat.has("complete")
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    area = chat.page.locator(".edit textarea")
    area.fill(script(text="Again."))
    area.press("Enter")
    chat.sees("Again.")
    chat.has("complete")
    expect(question_files(chat)).to_contain_text("notes.txt")
    expect(chat.page.locator(".message.user .siblings-place")).to_have_text("2/2")


def test_files_are_left_out_of_an_edited_question_and_the_old_one_keeps_them(chat: ChatPage) -> None:
    pick(chat, NOTES, ("other.txt", "text/plain", b"other"))
    uploaded(chat, 2)
    chat.ask(ANSWER)
    chat.has("complete")
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    chat.page.get_by_role("button", name="Remove notes.txt").click()
    area = chat.page.locator(".edit textarea")
    expect(area).to_be_focused()
    area.press("Escape")
    expect(question_files(chat)).to_have_count(2)
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    chat.page.get_by_role("button", name="Remove notes.txt").click()
    area.press("Enter")
    expect(chat.page.locator(".message.user .siblings-place")).to_have_text("2/2")
    expect(question_files(chat)).to_have_count(1)
    expect(question_files(chat)).to_contain_text("other.txt")
    chat.page.locator(".message.user").get_by_role("button", name="Earlier version").click()
    expect(question_files(chat)).to_have_count(2)
