"""What `DATABASE_URL` says, as Django and `chat.statements` take it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.databases import database

URL = "postgres://chat:secret@db.example/chat"


def test_whether_statements_are_prepared_can_be_said() -> None:
    assert database(URL)["PREPARES"] is True
    told = database(f"{URL}?prepare_threshold=none&connect_timeout=7")
    assert told["PREPARES"] is False
    assert told["OPTIONS"]["connect_timeout"] == 7
    assert "prepare_threshold" not in told["OPTIONS"]


@pytest.mark.parametrize("said", ["None", "5", "0", "never"])
def test_anything_else_that_is_said_of_it_is_refused(said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="none"):
        database(f"{URL}?prepare_threshold={said}")
