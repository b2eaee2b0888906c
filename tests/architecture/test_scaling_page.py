"""docs/scaling.md shows what its command prints: whoever changes a figure changes the page."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_page_shows_what_the_command_prints() -> None:
    command = [sys.executable, "benchmarks/scale.py", "--token", "75"]
    printed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert f"```\n{printed}```\n" in (CHECKOUT / "docs" / "scaling.md").read_text()
