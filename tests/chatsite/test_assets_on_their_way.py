"""What travels of our scripts: their code, with every line in its place, and none of their comments."""

import re
from pathlib import Path

import django.contrib.admin
import django_htmx
import pytest
from django.conf import settings
from pytest_django import Settings

from chatsite.assets import for_the_way

SCRIPTS = sorted((Path(settings.BASE_DIR) / "chat" / "static").rglob("*.js"))
COMMENT = re.compile(r"\s*(//|/\*\*? )")
CODE = """/**
 * What it does.
 */
export function one(/** @type {any} */ value) { // beside code
  /** @type {string} */ (value).trim();
  // alone
  return `http://${value}`; /* beside, too */
}
"""


def test_comments_stay_here_and_code_stays_in_its_line(tmp_path: Path, settings: Settings) -> None:
    settings.BASE_DIR = tmp_path
    script = tmp_path / "chat" / "one.js"
    script.parent.mkdir()
    script.write_text(CODE)
    lines = for_the_way(script).decode().split("\n")
    wanted = [
        line if line.strip() and not line.startswith((" *", "/**")) and "// alone" not in line else ""
        for line in CODE.split("\n")
    ]
    assert lines == wanted


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_loses_a_line_of_code(script: Path) -> None:
    before, after = script.read_text().split("\n"), for_the_way(script).decode().split("\n")
    assert len(before) == len(after)
    is_comment = False
    for one, other in zip(before, after, strict=True):
        begins = one.strip().startswith("/*")
        is_comment = is_comment or begins
        ends = is_comment and one.rstrip().endswith("*/")
        alone = is_comment or one.strip().startswith("//")
        if one != other:
            assert other == ""
            assert alone, f"{script.name} lost {one!r}"
        if ends or (begins and "*/" in one):
            is_comment = False


def test_what_others_wrote_travels_as_it_is() -> None:
    packages = Path(django_htmx.__file__).parent, Path(django.contrib.admin.__file__).parent
    scripts = [script for package in packages for script in (package / "static").rglob("*.js")]
    assert scripts
    assert all(for_the_way(script) == script.read_bytes() for script in scripts)
