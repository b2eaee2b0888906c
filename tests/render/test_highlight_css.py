"""The colours of code can be read: contrasts of the style sheet, computed as WCAG 2 does."""

import re
from pathlib import Path

import pytest

from chat.render.code import CLASSES

CSS = (Path(__file__).parents[2] / "chat/static/chat/css/highlight.css").read_text()
PALETTES = re.findall(r"\{([^{}]*--code-background:[^{}]*)\}", CSS)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark by the system", "dark by choice"])
def test_every_colour_stands_out_from_its_background(palette: str) -> None:
    colours = dict(re.findall(r"--code-(\w+): (#[0-9a-f]{6});", palette))
    background = luminance(colours.pop("background"))
    for name, colour in colours.items():
        low, high = sorted((background, luminance(colour)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, name


def test_both_ways_to_dark_are_the_same() -> None:
    _light, by_system, by_choice = PALETTES
    assert by_system.split() == by_choice.split()


def test_only_classes_of_highlighted_code_are_coloured() -> None:
    used = {
        name for group in re.findall(r"figure\.code (.*?) \{", CSS) for name in re.findall(r"\.(\w+)", group)
    }
    assert used <= CLASSES
