"""Every page, and every state that a user can bring one to, each with the way there.

Elements are found by their place, not by their words: the same ways lead there in every language.
"""

from collections.abc import Callable
from typing import Any

from browser.chat_page import ChatPage, script
from browser.furnished import RICH, Places
from files.samples import image, pdf
from playwright.sync_api import Page, expect

State = Callable[[ChatPage, Places], object]

DRAG = """() => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], "notes.txt", { type: "text/plain" }));
  document.getElementById("scroll").dispatchEvent(
    new DragEvent("dragenter", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def ready(chat: ChatPage) -> Page:
    """Its scripts are at work."""
    expect(chat.page.locator("#model")).to_be_visible()
    return chat.page


def new(chat: ChatPage, _places: Places | None = None) -> Page:
    return ready(chat.open("/"))


def rich(chat: ChatPage, places: Places) -> Page:
    return ready(chat.open(places.rich))


def list_of(chat: ChatPage) -> Page:
    """The list of conversations: on a phone it is opened first."""
    page = chat.page
    if not page.locator(".new-chat").is_visible():
        page.locator("header [popovertarget=sidebar]").click()
    expect(page.locator(".new-chat")).to_be_visible()
    return page


def the_list(chat: ChatPage, _places: Places) -> None:
    new(chat)
    list_of(chat)


def searching(chat: ChatPage, _places: Places) -> None:
    new(chat)
    list_of(chat).locator("#search-words").fill("needle")
    expect(chat.page.locator("#conversations .hit").first).to_be_visible()


def nothing_found(chat: ChatPage, _places: Places) -> None:
    new(chat)
    list_of(chat).locator("#search-words").fill("nowhere to be found")
    expect(chat.page.locator("#conversations .nothing")).to_be_visible()


def archive(chat: ChatPage, _places: Places) -> None:
    new(chat)
    list_of(chat).locator(".shelf").click()
    expect(chat.page.locator("#conversations .nothing")).to_be_visible()


def menu_in_the_list(chat: ChatPage, _places: Places) -> None:
    new(chat)
    page = list_of(chat)
    page.locator(".conversation summary").first.click()
    expect(page.locator(".menu[open] .menu-items")).to_be_visible()


def renaming_in_the_list(chat: ChatPage, places: Places) -> None:
    menu_in_the_list(chat, places)
    chat.page.locator(".menu[open] [hx-get]").click()
    expect(chat.page.locator(".renaming input")).to_be_focused()


def menu_of_the_conversation(chat: ChatPage, places: Places) -> Page:
    page = rich(chat, places)
    page.locator("#conversation-menu-button").click()
    expect(page.locator("#conversation-menu")).to_be_visible()
    return page


def renaming(chat: ChatPage, places: Places) -> None:
    menu_of_the_conversation(chat, places).locator("[data-menu=rename]").click()
    expect(chat.page.locator(".retitle input")).to_be_focused()


def sharing(chat: ChatPage, places: Places) -> None:
    menu_of_the_conversation(chat, places).locator("#conversation-menu [href$='/share/']").click()
    expect(chat.page.locator(".sheet[open] .make-link")).to_be_visible()


def instructions(chat: ChatPage, places: Places) -> None:
    menu_of_the_conversation(chat, places).locator("#instructions-link").click()
    expect(chat.page.locator(".sheet[open] .instructions")).to_be_visible()


def shortcuts(chat: ChatPage, places: Places) -> None:
    rich(chat, places).locator("#main").focus()
    chat.page.keyboard.press("?")
    expect(chat.page.locator("#shortcuts")).to_be_visible()


def menu_of_a_message(chat: ChatPage, places: Places) -> Page:
    page = rich(chat, places)
    page.locator(".message.assistant [data-do=more]").first.click()
    expect(page.locator("#message-menu")).to_be_visible()
    return page


def facts(chat: ChatPage, places: Places) -> None:
    page = rich(chat, places)
    page.locator(".facts summary").first.click()
    page.locator(".reasoning summary").first.click()
    expect(page.locator(".reasoning-text").first).to_be_visible()


def editing(chat: ChatPage, places: Places) -> None:
    page = rich(chat, places)
    page.locator(".message.user").last.hover()
    page.locator(".message.user [data-do=edit]").last.click()
    expect(page.locator(".edit textarea")).to_be_focused()


def feedback(chat: ChatPage, places: Places) -> None:
    page = rich(chat, places)
    good = page.locator("[data-do=rate][value='1']").last
    if good.get_attribute("aria-pressed") == "true":  # pressed when we were here before
        good.click()
        expect(page.locator(".toast")).to_be_visible()
    good.click()
    expect(page.locator("form.comment")).to_be_visible()


def deleted(chat: ChatPage, _places: Places) -> None:
    # A conversation of its own: other tests of this site want theirs whole.
    new(chat)
    chat.ask(script(text="Doomed.", title="Doomed"))
    chat.has("complete")
    chat.page.locator(".message.assistant [data-do=more]").last.click()
    chat.page.locator("#message-menu [data-do=delete]").click()
    expect(chat.page.locator(".toast button")).to_be_visible()


def temporary_to_be(chat: ChatPage, _places: Places) -> None:
    new(chat).locator("#temporary").click()
    expect(chat.page.locator("#temporary-says")).to_be_visible()


def attaching(chat: ChatPage, _places: Places) -> None:
    page = new(chat)
    files = (
        ("picture.png", "image/png", image(size=(400, 300))),
        ("notes.txt", "text/plain", b"The cat sat on the mat."),
        ("scan.pdf", "application/pdf", pdf("")),
    )
    given: list[Any] = [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
    page.locator("#files").set_input_files(given)
    expect(page.locator(".chip.failed")).to_be_visible()
    expect(page.locator(".chip progress:visible")).to_have_count(0)
    page.locator("#box").fill("a line\n" * 4)


def refused(chat: ChatPage, places: Places) -> None:
    attaching(chat, places)
    chat.page.locator("#box").press("Enter")
    expect(chat.page.locator("#trouble")).to_be_visible()


def dropping(chat: ChatPage, _places: Places) -> None:
    new(chat).evaluate(DRAG)
    expect(chat.page.locator("#drop-zone")).to_be_visible()


def running(chat: ChatPage, _places: Places) -> None:
    page = new(chat)
    text = RICH.replace("[^1]", "").partition("![")[0]
    page.locator("#box").fill(script(text=text * 4, tokens=600, delay=0.3, batch=30))
    page.locator("#box").press("Enter")
    chat.sees("A paragraph")


def offline(chat: ChatPage, _places: Places) -> None:
    page = new(chat)
    page.context.set_offline(True)
    page.locator("#box").fill("Is anybody there?")
    page.locator("#box").press("Enter")
    expect(page.locator(".message.user")).to_be_visible()


def trying_the_api(chat: ChatPage, _places: Places) -> None:
    page = chat.open("/api/v1/docs").page
    page.locator("#post-chat .try > summary").click()
    form = page.locator("#post-chat form")
    form.locator(".body").fill('{"content": "script: {\\"text\\": \\"Hello\\"}"}')
    form.locator(".snippets summary").click()
    form.locator(".primary").click()
    expect(form.locator(".stop")).to_be_hidden()
    expect(form.locator(".pieces li").first).to_be_visible()
    form.locator(".received-headers summary").click()
    page.locator("#delete-messages-message .try > summary").click()


def trying_the_socket(chat: ChatPage, _places: Places) -> None:
    page = chat.open("/api/v1/docs").page
    page.locator("#socket .try > summary").click()
    page.locator("#socket-try .connect").click()
    expect(page.locator("#socket-try .disconnect")).to_be_visible()
    page.locator("#socket-try .examples").select_option(label="ping: a ping")
    page.locator("#socket-try .primary:not(.connect)").click()
    expect(page.locator("#socket-try .pieces li").nth(1)).to_be_visible()


def signed_out_at(path: str) -> State:
    def reach(chat: ChatPage, _places: Places) -> None:
        chat.page.context.clear_cookies()
        chat.open(path)

    return reach


def refused_at_the_door(chat: ChatPage, _places: Places) -> None:
    chat.page.context.clear_cookies()
    page = chat.open("/accounts/login/").page
    page.locator("[name=username]").fill("alice")
    page.locator("[name=password]").fill("wrong")
    page.locator(".card .primary").click()
    expect(page.locator(".form-error")).to_be_visible()


def at(path: str) -> State:
    return lambda chat, _places: chat.open(path)


def place(name: str) -> State:
    return lambda chat, places: ready(chat.open(getattr(places, name)))


def through(name: str) -> State:
    """A page before the house."""

    def reach(chat: ChatPage, places: Places) -> None:
        chat.page.context.clear_cookies()
        chat.open(getattr(places, name))

    return reach


SETTINGS = {
    f"settings {name or 'general'}": f"/settings/{name}{'/' if name else ''}"
    for name in ("", "chat", "password", "keys", "shared", "data")
}
PAGES: dict[str, State] = {
    "new": new,
    "rich": rich,
    "ends": place("ends"),
    "long": place("long"),
    "temporary": place("temporary"),
    "found": place("found"),
    "search": at("/search/?q=needle"),
    "search empty": at("/search/"),
    "instructions page": at("/instructions/"),
    "share page": lambda chat, places: chat.open(f"{places.rich}share/"),
    **{name: at(path) for name, path in SETTINGS.items()},
    "import": at("/import/"),
    "not found": at("/nothing/"),
    "api": at("/api/v1/docs"),
}
DOORS: dict[str, State] = {
    "shared": through("shared"),
    "sign in": signed_out_at("/accounts/login/"),
    "sign in refused": refused_at_the_door,
    "forgotten": signed_out_at("/accounts/forgotten/"),
    "sign up": signed_out_at("/join/"),
    "join": through("invitation"),
    "reset": through("reset"),
}
OPENED: dict[str, State] = {
    "api trying": trying_the_api,
    "api socket": trying_the_socket,
    "list": the_list,
    "list searching": searching,
    "list nothing found": nothing_found,
    "list archive": archive,
    "list menu": menu_in_the_list,
    "list renaming": renaming_in_the_list,
    "conversation menu": menu_of_the_conversation,
    "renaming": renaming,
    "sharing": sharing,
    "instructions": instructions,
    "shortcuts": shortcuts,
    "message menu": menu_of_a_message,
    "facts": facts,
    "editing": editing,
    "feedback": feedback,
    "deleted": deleted,
    "temporary to be": temporary_to_be,
    "attaching": attaching,
    "refused": refused,
    "dropping": dropping,
    "running": running,
}
