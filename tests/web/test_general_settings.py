"""Name, language and look: kept, confirmed, and with their user on every device."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.access.preferences import Chosen, preferences_of
from chat.actions.preferences import choose


def elsewhere(user: User) -> Client:
    """Another browser of the same user."""
    client = Client()
    client.force_login(user)
    return client


def saved(client: Client, address: str, **fields: Any) -> str:
    """The page after a form was sent."""
    answer = client.post(address, fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_name_stands_in_place_of_the_username(alice: User, alices: Client) -> None:
    page = saved(alices, "/settings/name/", name="Alice Liddell")
    assert "Your name was saved." in page
    assert '<span class="account-name" dir="auto">Alice Liddell</span>' in alices.get("/").content.decode()
    saved(alices, "/settings/name/", name="")
    assert '<span class="account-name" dir="auto">alice</span>' in alices.get("/").content.decode()


def test_a_name_that_is_too_long_is_refused_with_the_reason(alices: Client) -> None:
    answer = alices.post("/settings/name/", {"name": "x" * 151})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()


def test_the_chosen_language_wins_on_every_device(alice: User, alices: Client) -> None:
    page = saved(alices, "/settings/language/", language="zh-hans")
    assert 'lang="zh-hans"' in page
    assert 'lang="zh-hans"' in elsewhere(alice).get("/", headers={"Accept-Language": "en"}).content.decode()


def test_the_door_knows_the_language_of_who_was_last_here(alice: User, alices: Client) -> None:
    saved(alices, "/settings/language/", language="zh-hans")
    alices.post("/accounts/logout/")
    assert 'lang="zh-hans"' in alices.get("/accounts/login/").content.decode()


def test_like_the_browser_is_a_choice_too(alice: User, alices: Client) -> None:
    saved(alices, "/settings/language/", language="zh-hans")
    saved(alices, "/settings/language/", language="")
    assert 'lang="en"' in alices.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="zh-hans"' in alices.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()


def test_the_language_can_be_chosen_at_the_door(alice: User) -> None:
    client = Client()
    page = client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"}, follow=True)
    assert 'lang="zh-hans"' in page.content.decode()


def test_the_language_of_the_door_goes_in_with_who_has_chosen_none(alice: User) -> None:
    client = Client()
    client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    client.post("/accounts/login/", {"username": "alice", "password": "alice"})
    assert 'lang="zh-hans"' in client.get("/").content.decode()
    assert preferences_of(alice.pk).language == "zh-hans"


def test_the_door_overrules_nobodys_choice(alice: User) -> None:
    choose(alice.pk, language="en")
    client = Client()
    client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    client.post("/accounts/login/", {"username": "alice", "password": "alice"})
    assert 'lang="en"' in client.get("/").content.decode()


def test_what_one_user_left_in_the_browser_is_not_the_next_ones_language(alices: Client, bob: User) -> None:
    saved(alices, "/settings/language/", language="zh-hans")
    alices.post("/accounts/logout/")
    alices.post("/accounts/login/", {"username": "bob", "password": "bob"})
    assert 'lang="en"' in alices.get("/").content.decode()
    assert preferences_of(bob.pk) == Chosen()


def test_the_door_leads_to_no_other_site(alice: User) -> None:
    fields = {"language": "zh-hans", "next": "https://evil.example.org/"}
    assert Client().post("/language/", fields)["Location"] == "/"


def test_the_look_goes_with_the_user_and_stays_at_the_door(alice: User, alices: Client) -> None:
    saved(alices, "/settings/theme/", theme="dark")
    assert 'data-theme="dark"' in elsewhere(alice).get("/").content.decode()
    alices.post("/accounts/logout/")
    assert 'data-theme="dark"' in alices.get("/accounts/login/").content.decode()
    assert 'data-theme="dark"' in alices.get("/nothing/").content.decode()


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/settings/language/", {"language": "tlh"}),
        ("/settings/theme/", {"theme": "plaid"}),
    ],
)
def test_what_is_no_choice_is_refused(
    alice: User, alices: Client, address: str, fields: dict[str, str]
) -> None:
    assert alices.post(address, fields).status_code == 400
    assert preferences_of(alice.pk) == Chosen()


def test_one_users_choices_are_not_anothers(alice: User, alices: Client, bobs: Client) -> None:
    saved(alices, "/settings/theme/", theme="dark")
    assert 'data-theme="system"' in bobs.get("/").content.decode()


@pytest.mark.parametrize(
    "address", ["name", "language", "theme", "chat/leaving", "chat/transport", "chat/beginnings"]
)
def test_a_choice_takes_a_session_and_a_post(alice: User, alices: Client, address: str) -> None:
    assert Client().post(f"/settings/{address}/")["Location"].startswith("/accounts/login/")
    assert alices.get(f"/settings/{address}/").status_code == 405
