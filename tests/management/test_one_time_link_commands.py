"""`manage.py create_invitation` and `create_reset_link`: a link that works, alone on stdout."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chat.models import OneTimeLink


def printed(command: str, *args: str) -> str:
    out = io.StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def test_an_invitation_is_printed_alone_and_works(alice: User, settings: Settings) -> None:
    settings.CHAT_PUBLIC_URL = "https://chat.example.org"
    link = printed("create_invitation", "--note", "for Eve", "--days", "2")
    start = "https://chat.example.org/join/"
    assert link.startswith(start)
    assert link.count("\n") == 1
    row = OneTimeLink.objects.get()
    assert row.note == "for Eve"
    assert (row.expires - timezone.now()).days == 1
    assert Client().get(link.strip().removeprefix("https://chat.example.org")).status_code == 302


def test_a_reset_link_is_printed_alone_and_works(alice: User, settings: Settings) -> None:
    settings.HOST, settings.PORT = "127.0.0.1", 8123
    link = printed("create_reset_link", "alice")
    assert link.startswith("http://127.0.0.1:8123/reset/")
    client = Client()
    client.get(link.strip().removeprefix("http://127.0.0.1:8123"))
    new = {"new_password1": "a much better one", "new_password2": "a much better one"}
    client.post("/reset/", new)
    assert Client().login(username="alice", password="a much better one")


@pytest.mark.parametrize(
    ("command", "args", "why"),
    [
        ("create_reset_link", ["nobody"], "no user"),
        ("create_reset_link", ["alice", "--days", "0"], "1 to 365 days"),
        ("create_invitation", ["--days", "366"], "1 to 365 days"),
        ("create_invitation", ["--note", "x" * 201], "200 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    alice: User, command: str, args: list[str], why: str
) -> None:
    with pytest.raises(CommandError, match=why):
        printed(command, *args)
    assert not OneTimeLink.objects.exists()


def test_a_deactivated_account_gets_no_link(alice: User) -> None:
    alice.is_active = False
    alice.save()
    with pytest.raises(CommandError, match="deactivated"):
        printed("create_reset_link", "alice")


def test_where_sign_up_is_closed_there_are_no_invitations(settings: Settings) -> None:
    settings.CHAT_SIGN_UP = "closed"
    with pytest.raises(CommandError, match="CHAT_SIGN_UP"):
        printed("create_invitation")
