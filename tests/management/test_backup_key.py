"""The secret key of a backup is put back only where a file holds the site's, and the one before is kept."""

from pathlib import Path

from pytest_django import Settings

from chat.management.backup import key


def test_the_key_takes_the_place_of_the_one_that_is_kept_beside_it(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.SECRET_KEY = tmp_path, "the key of now"
    (tmp_path / "secret_key").write_text("the key of now\n")
    assert key.put_back("the key of the backup") == tmp_path / "secret_key"
    assert (tmp_path / "secret_key").read_text() == "the key of the backup\n"
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "secret_key.before").read_text() == "the key of now\n"


def test_a_key_that_a_setting_names_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.SECRET_KEY = tmp_path, "of the environment"
    assert key.put_back("the key of the backup") is None
    (tmp_path / "secret_key").write_text("an old one\n")
    assert key.put_back("the key of the backup") is None
    assert (tmp_path / "secret_key").read_text() == "an old one\n"


def test_a_fingerprint_tells_keys_apart_and_is_too_short_to_tell_more(settings: Settings) -> None:
    settings.SECRET_KEY = "one"
    one = key.fingerprint()
    settings.SECRET_KEY = "two"
    assert key.fingerprint() != one
    assert len(one) == 8
