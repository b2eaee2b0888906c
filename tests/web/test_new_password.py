"""A new password for who forgot theirs: by an administrator's link, or by a mail where the site sends any."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from chat import limits
from chat.auth.links import Kind, make_link
from chat.models import OneTimeLink, SignIn
from chat.web import mail as sending

NEW = {"new_password1": "a much better one", "new_password2": "a much better one"}
ASK = "/accounts/forgotten/"


@pytest.fixture(autouse=True)
def _nobody_has_knocked() -> Iterator[None]:
    every = (limits.sign_ins, limits.reset_mails_by_address, limits.reset_mails_by_account)
    for limit in every:
        limit.forget()
    yield
    for limit in every:
        limit.forget()


@pytest.fixture
def mails(settings: Settings) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.CHAT_PUBLIC_URL = "https://chat.example.org"


def ask(email: str, host: str = "testserver") -> str:
    """The page that is shown, without what is another on each."""
    answer = Client().post(ASK, {"email": email}, HTTP_HOST=host)
    sending.wait()
    return without_tokens(answer.content.decode())


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def by_link(user: User) -> Client:
    client = Client()
    assert client.get(make_link(Kind.RESET, user=user)[1])["Location"] == "/reset/"
    return client


def test_a_link_sets_a_new_password_and_ends_every_session(alice: User, alices: Client) -> None:
    client = by_link(alice)
    assert "For alice." in client.get("/reset/").content.decode()
    answer = client.post("/reset/", NEW, follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/login/"
    assert "Sign in with the new one." in answer.content.decode()
    assert Client().login(username="alice", password="a much better one")
    assert alices.get("/").status_code == 302
    assert not SignIn.objects.filter(session_key=alices.session.session_key).exists()


def test_a_link_is_good_once_and_ends_the_others(alice: User) -> None:
    first, second = by_link(alice), by_link(alice)
    first.post("/reset/", NEW)
    assert first.get("/reset/").status_code == 404
    assert second.post("/reset/", NEW).status_code == 404
    assert OneTimeLink.objects.filter(used=None, expires__gt="2100-01-01T00:00Z").count() == 0


def test_a_weak_password_uses_nothing_up(alice: User) -> None:
    client = by_link(alice)
    weak = {"new_password1": "password", "new_password2": "password"}
    assert client.post("/reset/", weak).status_code == 400
    assert client.post("/reset/", NEW).status_code == 302


def test_an_invitation_is_no_way_to_a_password(alice: User) -> None:
    path = make_link(Kind.INVITATION)[1]
    assert Client().get(path.replace("/join/", "/reset/")).status_code == 404
    assert Client().get("/reset/").status_code == 404


def test_a_site_without_mail_says_who_can_help(alice: User) -> None:
    page = Client().get(ASK).content.decode()
    assert "Ask its administrator" in page
    assert '<form class="card"' not in page
    assert ask("alice@example.org") == without_tokens(page)
    assert mail.outbox == []


def test_a_mail_leads_to_a_new_password(alice: User, alices: Client, mails: None) -> None:
    ask("alice@example.org")
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]
    found = re.search(r"https://chat\.example\.org(/accounts/reset/\S+)", str(mail.outbox[0].body))
    assert found is not None
    client = Client()
    form = client.get(found[1])["Location"]
    assert "For alice." in client.get(form).content.decode()
    assert client.post(form, NEW)["Location"] == "/accounts/login/"
    assert Client().login(username="alice", password="a much better one")
    assert alices.get("/").status_code == 302
    assert Client().get(found[1]).status_code == 404


def test_whoever_asks_cannot_choose_the_address_in_the_mail(
    alice: User, mails: None, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    ask("alice@example.org", host="evil.example.org")
    assert "evil" not in str(mail.outbox[0].body)


def test_nobody_learns_who_has_an_account(alice: User, mails: None) -> None:
    assert ask("alice@example.org") == ask("nobody@example.org")
    assert len(mail.outbox) == 1


def test_one_account_is_not_flooded_and_nobody_is_told(alice: User, mails: None) -> None:
    pages = {ask("alice@example.org") for _ in range(5)} | {ask("ALICE@example.org")}
    assert len(pages) == 1
    assert len(mail.outbox) == 3


def test_one_address_asks_so_often_and_no_more(alice: User, mails: None) -> None:
    for number in range(30):
        ask(f"nobody{number}@example.org")
    assert Client().post(ASK, {"email": "alice@example.org"}).status_code == 429


def test_a_deactivated_user_gets_no_mail(alice: User, mails: None) -> None:
    alice.is_active = False
    alice.save()
    ask("alice@example.org")
    assert mail.outbox == []


def test_the_address_for_the_mail_is_chosen_with_the_password(
    alice: User, alices: Client, mails: None
) -> None:
    address = "/settings/password/address/"
    new = {"email": "new@example.org"}
    assert alices.post(address, new | {"password": "wrong"}).status_code == 400
    assert alices.post(address, new | {"password": "alice"}, follow=True).status_code == 200
    ask("new@example.org")
    assert [message.to for message in mail.outbox] == [["new@example.org"]]


def test_a_site_without_mail_asks_for_no_address(alices: Client) -> None:
    assert "E-mail address" not in alices.get("/settings/password/").content.decode()
