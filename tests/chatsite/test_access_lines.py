"""Lines of requests under uvicorn: redacted ones, ours in place of them, or none where it was told so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASKS = """
import logging, sys
import uvicorn
uvicorn.Config("chatsite.asgi:application", access_log=sys.argv[1] == "on").load()
print(*(type(handler).__name__ for handler in logging.getLogger("uvicorn.access").handlers))
"""


@pytest.mark.parametrize(
    ("access_log", "form", "handlers"),
    [("on", "text", "StreamHandler"), ("off", "text", ""), ("on", "json", "")],
)
def test_uvicorns_lines_are_ours_or_none(access_log: str, form: str, handlers: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "CHAT_LOG_FORMAT": form}
    asked = subprocess.run(
        [sys.executable, "-c", ASKS, access_log],
        cwd=ROOT,
        env=os.environ | {"DJANGO_ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "chatsite.settings"} | settings,
        check=True,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.strip() == handlers
