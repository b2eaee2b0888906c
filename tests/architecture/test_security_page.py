"""docs/security.md names a test for each line: they are there, under these names."""

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs" / "security.md"
CELL = re.compile(r"`([a-z_/]+\.py|[a-z]+)`|`(test_\w+)`")


def _rows() -> list[str]:
    """The last cell of each row of its tables."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    cells = [line.strip("|").split("|")[-1].strip() for line in lines]
    return [cell for cell in cells if cell not in ("tests", "---")]


def test_every_line_has_tests_that_are_there() -> None:
    rows = _rows()
    assert len(rows) > 40
    missing = []
    for row in rows:
        file = None
        for match in CELL.finditer(row):
            if match[2] is None:
                file = TESTS / match[1]
                if not file.exists():
                    missing.append(match[1])
                    file = None
            elif file is None or f"def {match[2]}(" not in file.read_text():
                missing.append(match[2])
        if not CELL.search(row):
            missing.append(row)
    assert not missing
