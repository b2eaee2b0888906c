"""Each icon that a template asks for is drawn."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_an_icon_is_a_piece_of_the_one_picture_and_says_nothing() -> None:
    for name in ("copy", "edit", "copy"):
        shown = Template(f'{{% icon "{name}" %}}').render(Context())
        assert f'<use href="{settings.STATIC_URL}chat/icons.svg#{name}">' in shown
        assert 'aria-hidden="true"' in shown


def test_what_is_asked_for_is_what_is_drawn() -> None:
    asked = {
        name
        for file in TEMPLATES.rglob("*.html")
        for name in re.findall(r'\{% icon "([^"]+)" %\}', file.read_text())
    }
    drawn = finders.find("chat/icons.svg")
    assert drawn is not None
    assert asked
    assert asked - set(re.findall(r'id="([^"]+)"', Path(drawn).read_text())) == set()
