"""Signing in: one door for all, which lets nobody try for ever and leads nobody in circles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat import limits
from chat.limits.sign_ins import FAILURES_PER_ADDRESS, FAILURES_PER_USERNAME
from chatsite import setup_code

SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> Iterator[None]:
    limits.sign_ins.forget()
    yield
    limits.sign_ins.forget()


def sign_in(username: str, password: str, *, language: str = "en", address: str = "192.0.2.1") -> Any:
    fields = {"username": username, "password": password}
    return Client().post(SIGN_IN, fields, headers={"Accept-Language": language}, REMOTE_ADDR=address)


def fail(times: int, username: str = "alice") -> None:
    for _ in range(times):
        assert sign_in(username, "wrong").status_code == 200


def test_after_ten_wrong_passwords_not_even_the_right_one_is_checked(alice: User) -> None:
    fail(FAILURES_PER_USERNAME)
    with patch("django.contrib.auth.forms.authenticate") as authenticate:
        answer = sign_in("alice", "alice")
    assert not authenticate.called
    assert answer.status_code == 429
    assert 290 < int(answer["Retry-After"]) <= 300
    assert "Try again in 5 min." in answer.content.decode()


def test_a_session_that_was_there_before_is_not_the_one_that_is_signed_in(alice: User) -> None:
    """Session fixation: somebody set a cookie of theirs, and waits for its owner to sign in."""
    browser = Client()
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = planted = str(session.session_key)
    browser.post(SIGN_IN, {"username": "alice", "password": "alice"})
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert stranger.get("/").status_code == 302


def test_the_wait_is_told_in_the_readers_language(alice: User) -> None:
    fail(FAILURES_PER_USERNAME)
    assert "请在 5 分钟后重试。" in sign_in("alice", "alice", language="zh-CN").content.decode()


def test_spaces_and_wide_letters_do_not_make_another_username(alice: User) -> None:
    fail(FAILURES_PER_USERNAME // 2, " alice ")
    fail(FAILURES_PER_USERNAME // 2, "ａｌｉｃｅ")
    assert sign_in("alice", "alice").status_code == 429


def test_the_right_password_begins_anew(alice: User) -> None:
    for _ in range(2):
        fail(FAILURES_PER_USERNAME - 1)
        assert sign_in("alice", "alice")["Location"] == "/"


def test_an_empty_form_is_no_try(alice: User) -> None:
    for _ in range(FAILURES_PER_ADDRESS + 1):
        assert sign_in("alice", "").status_code == 200
    assert sign_in("alice", "alice").status_code == 302


def test_one_address_cannot_try_many_usernames(alice: User) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        fail(1, f"user{number}")
    assert sign_in("alice", "alice").status_code == 429
    assert sign_in("alice", "alice", address="192.0.2.2").status_code == 302


@pytest.mark.django_db
def test_the_one_time_code_cannot_be_guessed_for_ever(tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR, settings.HOST = tmp_path, "0.0.0.0"
    fields = {"username": "dave", "password1": "a long enough one", "password2": "a long enough one"}
    for _ in range(FAILURES_PER_ADDRESS):
        assert Client().post("/setup/", fields | {"code": "WRONG"}).status_code == 200
    right = fields | {"code": setup_code.make_code()}
    answer = Client().post("/setup/", right)
    assert answer.status_code == 429
    assert "Retry-After" in answer
    assert Client().post("/setup/", right, REMOTE_ADDR="192.0.2.2").status_code == 302


@pytest.mark.django_db
def test_who_calls_from_afar_is_asked_for_the_code_though_the_settings_name_this_machine(
    tmp_path: Path, settings: Settings
) -> None:
    settings.VAR_DIR = tmp_path
    assert "One-time code" not in Client().get("/setup/").content.decode()
    assert "One-time code" in Client().get("/setup/", REMOTE_ADDR="192.0.2.1").content.decode()


def test_the_admin_has_no_door_of_its_own(dave: User) -> None:
    client = Client()
    assert client.get("/admin/auth/user/")["Location"] == "/admin/login/?next=/admin/auth/user/"
    assert (
        client.get("/admin/login/?next=/admin/auth/user/")["Location"] == f"{SIGN_IN}?next=/admin/auth/user/"
    )
    assert client.post("/admin/login/", {"username": "dave", "password": "dave"}).status_code == 302
    assert client.get("/admin/").status_code == 302
    fields = {"username": "dave", "password": "dave", "next": "/admin/auth/user/"}
    assert client.post(SIGN_IN, fields, follow=True).request["PATH_INFO"] == "/admin/auth/user/"


def test_the_admins_door_leads_to_no_other_site(dave: User) -> None:
    leads_to = Client().get("/admin/login/?next=https://evil.example.org/")["Location"]
    assert leads_to.startswith(f"{SIGN_IN}?next=")
    fields = {"username": "dave", "password": "dave"}
    assert Client().post(leads_to, fields)["Location"] == "/"


def test_who_may_not_see_the_admin_is_told_so_and_not_led_in_circles(alices: Client) -> None:
    assert alices.get("/admin/", follow=True).status_code == 403


def test_who_is_signed_in_may_follow_a_link_to_the_door(alices: Client) -> None:
    for address in (SIGN_IN, f"{SIGN_IN}?next={SIGN_IN}", f"{SIGN_IN}?next={SIGN_IN}?next={SIGN_IN}"):
        assert alices.get(address)["Location"] == "/"
