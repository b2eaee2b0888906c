"""What `DATABASE_URL` says, as Django and the driver take it."""

import pytest

from chatsite.databases import database


@pytest.mark.parametrize(
    ("said", "taken"), [("", 5), ("?prepare_threshold=none", None), ("?prepare_threshold=1", 1)]
)
def test_whether_plans_are_kept_can_be_said(said: str, taken: int | None) -> None:
    options = database(f"postgres://chat:secret@db.example/chat{said}")["OPTIONS"]
    assert options["prepare_threshold"] == taken
    assert options["connect_timeout"] == 5
