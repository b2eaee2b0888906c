"""Deleting an account: on purpose only, at once, with all that was kept; never the last administrator's."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from web.conftest import MakeReply

from chat import limits
from chat.actions.accounts import purge_shut_accounts, shut_account
from chat.actions.preferences import choose
from chat.auth.keys import create_key, find_key
from chat.auth.links import Kind, find_link, make_link
from chat.limits.sign_ins import FAILURES_PER_USERNAME
from chat.models import ApiKey, Completion, Conversation, Message, Preferences, SignIn
from chat.review.purging import purge_hidden

# The service's threads must see what the test wrote.
pytestmark = pytest.mark.django_db(transaction=True)

DELETE = "/settings/data/delete/"
SURE = {"username": "alice", "password": "alice"}


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> Iterator[None]:
    limits.sign_ins.forget()
    yield
    limits.sign_ins.forget()


def test_nothing_of_the_account_works_any_more(alice: User, alices: Client, make_reply: MakeReply) -> None:
    reply = make_reply(alice)
    _row, key = create_key(alice)
    secret = make_link(Kind.RESET, user=alice)[1].split("/")[2]
    elsewhere = Client()
    elsewhere.force_login(alice)
    page = alices.post(DELETE, SURE)
    assert page.status_code == 200
    assert "Your account is deleted" in page.content.decode()
    assert [client.get("/").status_code for client in (alices, elsewhere)] == [302, 302]
    assert find_key(key) is None
    assert find_link(Kind.RESET, secret) is None
    assert not Client().login(username="alice", password="alice")
    assert not Conversation.objects.filter(id=reply.conversation_id, deleted=None).exists()
    assert not Session.objects.filter(session_key=elsewhere.session.session_key).exists()


def test_the_rows_go_and_the_name_is_free(
    alice: User, bob: User, alices: Client, make_reply: MakeReply
) -> None:
    make_reply(alice)
    kept = make_reply(bob)
    choose(alice.pk, theme="dark")
    alices.post(DELETE, SURE)
    User.objects.create_user("alice")
    purge_hidden()
    purge_shut_accounts()
    assert not User.objects.filter(pk=alice.pk).exists()
    assert [row.id for row in Conversation.objects.all()] == [kept.conversation_id]
    assert not Preferences.objects.exists()
    assert not ApiKey.objects.exists()
    assert not SignIn.objects.filter(user_id=alice.pk).exists()
    assert Message.objects.filter(conversation__owner=bob).exists()


def test_the_account_waits_for_the_last_end_of_its_replies(alice: User, make_reply: MakeReply) -> None:
    reply = make_reply(alice, status="streaming")
    assert shut_account(alice.pk) == [reply.id]
    purge_hidden()
    assert purge_shut_accounts() == 0
    Completion.objects.update(status="stopped", ended=timezone.now())
    Message.objects.filter(id=reply.id).update(status="stopped")
    purge_hidden()
    assert purge_shut_accounts() == 1


def test_a_question_that_was_on_its_way_keeps_nobody_here(alice: User, make_reply: MakeReply) -> None:
    shut_account(alice.pk)
    make_reply(alice)
    assert purge_shut_accounts() == 0
    purge_hidden()
    assert purge_shut_accounts() == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"username": "bob"}, "This is not your username."),
        ({"username": ""}, "This field is required."),
    ],
)
def test_nobody_leaves_by_mistake(alice: User, alices: Client, fields: dict[str, str], why: str) -> None:
    answer = alices.post(DELETE, SURE | fields)
    assert answer.status_code == 400
    assert why in answer.content.decode()
    assert alices.get("/").status_code == 200


def test_an_open_session_does_not_try_passwords_for_ever(alice: User, alices: Client) -> None:
    for _ in range(FAILURES_PER_USERNAME):
        alices.post(DELETE, SURE | {"password": "wrong"})
    assert alices.post(DELETE, SURE).status_code == 429
    assert User.objects.get(pk=alice.pk).is_active


def test_the_last_administrator_stays_and_is_told_why(dave: User, alice: User) -> None:
    daves = Client()
    daves.force_login(dave)
    sure = {"username": "dave", "password": "dave"}
    answer = daves.post(DELETE, sure)
    assert answer.status_code == 409
    assert "last administrator" in answer.content.decode()
    assert daves.get("/").status_code == 200
    User.objects.create_superuser("erin", password="erin")
    assert daves.post(DELETE, sure).status_code == 200
    # Whoever is gone for good by now (a server purges in passing) is none either.
    assert not User.objects.filter(pk=dave.pk, is_superuser=True).exists()


def test_an_account_that_an_administrator_shut_is_not_purged(alice: User) -> None:
    alice.is_active = False
    alice.save()
    assert purge_shut_accounts() == 0
    assert User.objects.filter(pk=alice.pk).exists()
