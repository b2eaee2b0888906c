"""What was rendered lately is not rendered again, and what is kept for that is bounded."""

from chat.shown.rendered import Rendered


def test_a_text_is_rendered_as_ever() -> None:
    rendered = Rendered()
    for _ in range(2):
        assert rendered("It is **blue**. \ud800") == "<p>It is <strong>blue</strong>. \ufffd</p>\n"
    assert len(rendered) == 1


def test_the_least_lately_shown_is_forgotten_first() -> None:
    rendered = Rendered(most=len("<p>1234567890</p>\n") * 2)
    for text in ("1234567890", "234567890a", "1234567890", "34567890ab"):
        rendered(text)
    assert len(rendered) == 2
    # The one that was shown twice is still held: nothing has to make room for it.
    rendered("1234567890")
    assert len(rendered) == 2
