"""What is kept of a key is of no use without the secret of the site."""

import pytest
from pytest_django import Settings

from chat.upstream import secrets


def test_what_was_encrypted_can_be_read_again_and_shows_nothing() -> None:
    stored = secrets.encrypt("sk-secret-ключ")
    assert "secret" not in stored
    assert stored != secrets.encrypt("sk-secret-ключ")
    assert secrets.decrypt(stored) == "sk-secret-ключ"


def test_nothing_stays_nothing() -> None:
    assert secrets.encrypt("") == ""
    assert secrets.decrypt("") == ""


def test_another_secret_key_cannot_read_it(settings: Settings) -> None:
    stored = secrets.encrypt("sk-secret")
    settings.SECRET_KEY = "another"
    with pytest.raises(secrets.Unreadable):
        secrets.decrypt(stored)


def test_an_older_secret_key_still_reads_it(settings: Settings) -> None:
    stored = secrets.encrypt("sk-secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert secrets.decrypt(stored) == "sk-secret"
