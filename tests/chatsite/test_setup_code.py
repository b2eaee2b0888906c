"""The one-time code of the first account: told in the terminal, kept for its owner, good until it is used."""

import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from chatsite import setup_code


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    return tmp_path / "var"


def test_the_code_is_good_until_it_is_forgotten() -> None:
    code = setup_code.make_code()
    assert setup_code.check_code(code)
    setup_code.forget()
    assert not setup_code.check_code(code)


def test_a_restart_tells_the_same_code() -> None:
    assert setup_code.make_code() == setup_code.make_code()


def test_case_spaces_and_dashes_are_forgiven() -> None:
    code = setup_code.make_code()
    assert setup_code.check_code(f" {code.lower().replace('-', ' ')} ")


@pytest.mark.parametrize("wrong", ["", "-", "AAAA-AAAA", "é", "0" * 10_000])
def test_nothing_else_is_the_code(wrong: str) -> None:
    assert not setup_code.check_code(wrong)
    setup_code.make_code()
    assert not setup_code.check_code(wrong)


def test_only_the_owner_reads_it(folder: Path) -> None:
    setup_code.make_code()
    assert stat.S_IMODE((folder / "setup_code").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("host", "public_url", "needed"),
    [
        ("127.0.0.1", "", False),
        ("localhost", "", False),
        ("::1", "", False),
        ("0.0.0.0", "", True),
        ("192.168.1.5", "", True),
        ("127.0.0.1", "https://chat.example.org", True),
    ],
)
def test_it_is_asked_for_where_others_reach_the_server(
    settings: Settings, host: str, public_url: str, needed: bool
) -> None:
    settings.HOST, settings.CHAT_PUBLIC_URL = host, public_url
    assert setup_code.needed() is needed


def test_it_is_asked_for_by_who_comes_from_elsewhere_whatever_the_settings_say(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not setup_code.needed("127.0.0.1")
    assert setup_code.needed("192.168.1.7")
    assert setup_code.check_code(caplog.messages[-1].rpartition(": ")[2])
