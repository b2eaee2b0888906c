"""The settings page: keys for programs, the password, the look."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.auth.keys import create_key, find_key


def test_a_key_is_shown_once_and_works(alice: User, alices: Client) -> None:
    answer = alices.post("/settings/keys/", {"name": "my script"}, headers={"HX-Request": "true"})
    shown = re.search(r'id="new-key">([^<]+)<', answer.content.decode())
    assert shown is not None
    key = find_key(shown[1])
    assert key is not None
    assert (key.user, key.name) == (alice, "my script")
    later = alices.get("/settings/keys/").content.decode()
    assert shown[1] not in later
    assert key.prefix in later


def test_a_key_can_be_made_without_a_script(alice: User, alices: Client) -> None:
    page = alices.post("/settings/keys/", {"name": ""}).content.decode()
    assert 'id="new-key"' in page
    assert "<html" in page


def test_a_revoked_key_leaves_the_list_and_opens_nothing(alice: User, alices: Client) -> None:
    row, key = create_key(alice, "old")
    alices.post(f"/settings/keys/{row.prefix}/revoke/")
    assert find_key(key) is None
    assert row.prefix not in alices.get("/settings/keys/").content.decode()


def test_another_users_key_cannot_be_revoked(alice: User, bobs: Client) -> None:
    row, key = create_key(alice, "hers")
    bobs.post(f"/settings/keys/{row.prefix}/revoke/")
    assert find_key(key) is not None


@pytest.mark.parametrize("prefix", ["%00", "sk-a%00", "sk-a%0A", "%C3%A9", "x" * 13])
def test_what_no_key_begins_with_is_no_address(alices: Client, prefix: str) -> None:
    assert alices.post(f"/settings/keys/{prefix}/revoke/").status_code == 404


def test_a_new_password_needs_the_old_one(alice: User, alices: Client) -> None:
    new = {"new_password1": "a much better one", "new_password2": "a much better one"}
    assert alices.post("/settings/password/", new | {"old_password": "wrong"}).status_code == 400
    assert Client().login(username="alice", password="alice")
    assert alices.post("/settings/password/", new | {"old_password": "alice"}, follow=True).status_code == 200
    assert Client().login(username="alice", password="a much better one")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(alice: User, alices: Client) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    new = {
        "old_password": "alice",
        "new_password1": "a much better one",
        "new_password2": "a much better one",
    }
    alices.post("/settings/password/", new)
    assert alices.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302


def test_the_look_is_kept_in_the_browser(alices: Client) -> None:
    alices.post("/settings/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in alices.get("/").content.decode()


def test_a_look_that_is_none_is_not_taken(alices: Client) -> None:
    alices.cookies["theme"] = '"><script>'
    assert 'data-theme="system"' in alices.get("/").content.decode()


def test_signing_out_takes_a_post(alices: Client) -> None:
    assert alices.get("/accounts/logout/").status_code == 405
    alices.post("/accounts/logout/")
    assert alices.get("/").status_code == 302


def test_what_a_new_password_must_be_is_said_in_one_sentence(alices: Client) -> None:
    page = alices.get("/settings/password/").content.decode()
    assert re.findall(r'_helptext">(.*?)<', page).count("At least 8 characters, and not a common one.") == 1
    assert "too similar" not in page
