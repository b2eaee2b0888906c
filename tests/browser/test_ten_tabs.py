"""Ten tabs with ten replies over plain HTTP/1.1, where a browser opens six connections to a site."""

from browser.chat_page import ChatPage, odd_words, script
from browser.cut_line import CutLine
from browser.fixtures import NewPage, sign_in_at_the_door

TABS = 10
SIX = 6


def test_ten_replies_in_ten_tabs_all_arrive_whole(line: CutLine, new_page: NewPage) -> None:
    # All tabs reach the server over a line of ours, which counts the connections that are open at a time.
    first = sign_in_at_the_door(new_page(line.url))
    tabs = [first, *(new_page(line.url).open("/").ready() for _ in range(TABS - 1))]
    words = [[f"{tab}-{word}" for word in odd_words(100)] for tab in range(TABS)]
    for tab, pieces in zip(tabs, words, strict=True):
        tab.ask(script(pieces=pieces, delay=0.18))
    for tab, pieces in zip(tabs, words, strict=True):
        tab.sees(pieces[3].strip())
    running = [tab.reply.get_attribute("data-status") for tab in tabs]
    assert running == ["streaming"] * TABS, "they are to run at the same time"
    line.until_held("/api/v1/live", 1)
    for tab in tabs:
        tab.has("complete")
    assert line.most_open <= SIX  # before the test opens connections of its own, to read what is saved
    for tab, pieces in zip(tabs, words, strict=True):
        assert _whole(tab) == "".join(pieces).strip()


def _whole(tab: ChatPage) -> str:
    saved: str = tab.saved()["content"].strip()
    assert tab.text == saved
    return saved
