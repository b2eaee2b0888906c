"""Making an account: by an invitation, by anybody where the site is open, by nobody where it is closed."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat import limits
from chat.auth.links import Kind, make_link
from chat.limits.sign_ins import FAILURES_PER_ADDRESS
from chat.models import OneTimeLink, SignIn

GOOD = {
    "username": "eve",
    "first_name": "Eve",
    "password1": "a long enough one",
    "password2": "a long enough one",
}


@pytest.fixture(autouse=True)
def _nobody_has_knocked() -> Iterator[None]:
    limits.sign_ins.forget()
    limits.sign_ups.forget()
    yield
    limits.sign_ins.forget()
    limits.sign_ups.forget()


def invited() -> Client:
    """A browser that followed an invitation."""
    client = Client()
    assert client.get(make_link(Kind.INVITATION)[1])["Location"] == "/join/"
    return client


def test_an_invitation_makes_one_account_and_signs_in(alice: User) -> None:
    client = invited()
    assert client.get("/join/").status_code == 200
    assert client.post("/join/", GOOD)["Location"] == "/"
    eve = User.objects.get(username="eve")
    assert (eve.first_name, eve.is_staff, eve.is_superuser) == ("Eve", False, False)
    assert OneTimeLink.objects.get().user == eve
    assert SignIn.objects.get().user == eve
    assert client.get("/").status_code == 200


def test_the_secret_leaves_the_address_at_once(alice: User) -> None:
    path = make_link(Kind.INVITATION)[1]
    secret = path.split("/")[2]
    client = Client()
    answer = client.get(path)
    assert secret not in answer["Location"]
    assert answer["Referrer-Policy"] == "no-referrer"
    cookie = client.cookies["invitation_link"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/join/", True, "Lax")
    assert secret not in client.get("/join/").content.decode()


def test_looking_uses_nothing_up(alice: User) -> None:
    path = make_link(Kind.INVITATION)[1]
    for _ in range(3):
        assert Client().get(path).status_code == 302
    assert OneTimeLink.objects.get().used is None


def test_a_form_that_is_refused_uses_nothing_up(alice: User) -> None:
    client = invited()
    answer = client.post("/join/", GOOD | {"password2": "another one"})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert client.post("/join/", GOOD | {"username": "ALICE"}).status_code == 400
    assert client.post("/join/", GOOD).status_code == 302


def test_a_second_browser_with_the_same_link_is_too_late(alice: User) -> None:
    path = make_link(Kind.INVITATION)[1]
    first, second = Client(), Client()
    first.get(path)
    second.get(path)
    first.post("/join/", GOOD)
    assert second.post("/join/", GOOD | {"username": "mallory"}).status_code == 404
    assert not User.objects.filter(username="mallory").exists()


def test_unknown_used_and_expired_links_are_told_apart_by_nobody(alice: User) -> None:
    paths = [make_link(Kind.INVITATION)[1] for _ in range(2)]
    OneTimeLink.objects.filter(hash__isnull=False).update(used="2026-01-01T00:00Z")
    reset = make_link(Kind.RESET, user=alice)[1]
    asked = [*paths, "/join/never-was/", reset.replace("/reset/", "/join/")]
    pages = [Client().get(path) for path in asked]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1


def test_links_cannot_be_guessed_for_ever(alice: User) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        assert Client().get(f"/join/guess-{number}/").status_code == 404
    assert Client().get(make_link(Kind.INVITATION)[1]).status_code == 429


def test_without_an_invitation_there_is_no_form(alice: User) -> None:
    assert Client().get("/join/").status_code == 404
    assert Client().post("/join/", GOOD).status_code == 404
    assert "/join/" not in Client().get("/accounts/login/").content.decode()


def test_an_open_site_lets_everybody_make_an_account(alice: User, settings: Settings) -> None:
    settings.CHAT_SIGN_UP = "open"
    assert 'href="/join/"' in Client().get("/accounts/login/").content.decode()
    assert Client().post("/join/", GOOD).status_code == 302
    assert User.objects.filter(username="eve").exists()


def test_one_address_makes_so_many_accounts_and_no_more(alice: User, settings: Settings) -> None:
    settings.CHAT_SIGN_UP = "open"
    for number in range(30):
        assert Client().post("/join/", GOOD | {"username": f"eve{number}"}).status_code == 302
    refused = Client().post("/join/", GOOD)
    assert refused.status_code == 429
    assert "Retry-After" in refused
    assert Client().post("/join/", GOOD, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_a_closed_site_lets_nobody_in_by_any_link(alice: User, settings: Settings) -> None:
    path = make_link(Kind.INVITATION)[1]
    client = invited()
    settings.CHAT_SIGN_UP = "closed"
    assert Client().get(path).status_code == 404
    assert client.get("/join/").status_code == 404
    assert client.post("/join/", GOOD).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_on_a_new_server_nobody_joins_before_the_administrator(settings: Settings) -> None:
    settings.CHAT_SIGN_UP = "open"
    assert Client().get("/join/", follow=True).request["PATH_INFO"] == "/setup/"
    assert Client().post("/join/", GOOD)["Location"] == "/"
    assert not User.objects.exists()


def test_the_forms_refuse_other_sites(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(make_link(Kind.INVITATION)[1])
    assert client.post("/join/", GOOD).status_code == 403
