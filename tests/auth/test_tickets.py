"""Tickets: name one reply and one user, cannot be made by others, and need no quoting."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.audit.log import SERVER
from chat.auth.authenticate import authenticate
from chat.auth.credentials import Credentials
from chat.auth.keys import create_key, revoke_keys
from chat.auth.tickets import make_ticket, read_ticket
from chat.errors import Unauthenticated
from chat.ids import new_id
from chat.models import ApiKey


def test_a_ticket_reads_back() -> None:
    reply = new_id()
    assert read_ticket(make_ticket(reply, 7)) == (reply, 7, None)
    key = new_id()
    ticket = make_ticket(reply, 7, key)
    assert read_ticket(ticket) == (reply, 7, key)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", ticket)


def test_a_ticket_ends_with_the_key_that_it_was_made_for(alice: User) -> None:
    row, _ = create_key(alice)
    credentials = Credentials(ticket=make_ticket(new_id(), alice.pk, row.pk))
    assert authenticate(credentials).user_id == alice.pk
    revoke_keys(SERVER, ApiKey.objects.filter(pk=row.pk))
    with pytest.raises(Unauthenticated):
        authenticate(credentials)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "é" * 20, "0" * 5000])
def test_what_we_did_not_sign_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        read_ticket(text)


def test_a_ticket_cannot_be_turned_into_another() -> None:
    ticket = make_ticket(new_id(), 7)
    with pytest.raises(Unauthenticated):
        read_ticket(ticket.replace(".7.", ".8."))


@pytest.mark.django_db
def test_a_ticket_is_good_for_its_reply_while_its_user_is_active(alice: User) -> None:
    reply = new_id()
    credentials = Credentials(ticket=make_ticket(reply, alice.pk))
    caller = authenticate(credentials)
    assert (caller.user_id, caller.via, caller.reply) == (alice.pk, "ticket", reply)
    User.objects.update(is_active=False)
    with pytest.raises(Unauthenticated):
        authenticate(credentials)


@pytest.mark.django_db
def test_a_bad_ticket_is_not_saved_by_a_good_cookie(client: Client, alice: User) -> None:
    client.force_login(alice)
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(ticket="bad", session=client.session.session_key))


@pytest.mark.django_db
def test_a_wrong_key_is_not_saved_by_a_good_ticket(alice: User) -> None:
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(bearer="wrong", ticket=make_ticket(new_id(), alice.pk)))
