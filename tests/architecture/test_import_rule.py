"""Imports in the chat point down only; and the rule that says so catches what it should."""

from pathlib import Path

import pytest
from architecture.import_rule import complaints

CHECKOUT = Path(__file__).resolve().parents[2]


def module_name(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    # A package is named like a module in it, so that a relative import is counted from the right place.
    return ".".join(parts)


def test_every_import_of_the_chat_points_down() -> None:
    found = [
        complaint
        for path in sorted((CHECKOUT / "chat").rglob("*.py"))
        for complaint in complaints(module_name(path), path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("module", "line", "why"),
    [
        ("chat.engine.run", "from chat.service import ask", "upward"),
        ("chat.events", "from chat.models import Message", "upward"),
        ("chat.service.replies", "import chat.api.chat", "upward"),
        ("chat.service.replies", "from chat import api", "upward"),
        ("chat.api.chat", "from chat.ws import frames_in", "sideways"),
        ("chat.web.pages", "def show():\n    from chat.api.answers import json_answer", "sideways"),
        ("chat.render.blocks", "from ..upstream import chunks", "sideways"),
        ("chat.access.rows", "from chat.actions import ask", "sideways"),
        ("chat.search.index", "from chat.access import rows", "upward"),
        ("chat.shown.message", "from chat.web.sidebar import sidebar_of", "upward"),
        ("chat.engine.run", "from django.conf import settings", "without Django"),
        ("chat.service.store", "from chatsite import settings", "the site"),
        ("chat.api.chat", "from chat.core import things", "no room core"),
    ],
)
def test_the_rule_objects(module: str, line: str, why: str) -> None:
    assert len(found := complaints(module, line)) == 1
    assert why in found[0]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("chat.api.chat", "from chat import service"),
        ("chat.api.chat", "from chat.api.answers import json_answer"),
        ("chat.ws.consumer", "from chat.wire import frames"),
        ("chat.service.replies", "from chat.engine.run import run"),
        ("chat.admin.review.frame", "from chat.shown.message import show"),
        ("chat.actions.ask", "from chat.access import rows"),
        ("chat.models.message", "from .status import Status"),
        ("chat.web.accounts", "from chatsite import setup_code"),
        ("chat.migrations.0001_initial", "import chat.service"),
        ("chat.engine.run", "import asyncio"),
        ("chat.events", "from chat.ids import new_id"),
    ],
)
def test_the_rule_has_nothing_against(module: str, line: str) -> None:
    assert complaints(module, line) == []
