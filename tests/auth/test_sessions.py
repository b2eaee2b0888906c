"""Session cookies: good for as long as Django would say so, and read without a write."""

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chat.auth.authenticate import authenticate
from chat.auth.credentials import Credentials
from chat.errors import Unauthenticated

pytestmark = pytest.mark.django_db


@pytest.fixture
def cookie(alice: User, client: Client) -> str:
    client.force_login(alice)
    return client.session.session_key or ""


def refused(session: str) -> bool:
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(session=session))
    return True


def test_a_session_names_its_user(alice: User, cookie: str) -> None:
    team = Group.objects.create(name="team")
    alice.groups.add(team)
    caller = authenticate(Credentials(session=cookie))
    assert (caller.user_id, caller.via, caller.session_key) == (alice.pk, "session", cookie)
    assert caller.group_ids == {team.pk}


def test_nobody_is_told_how_to_sign_in() -> None:
    with pytest.raises(Unauthenticated) as refusal:
        authenticate(Credentials())
    assert refusal.value.code == "missing_credentials"


@pytest.mark.parametrize("session", ["short", "x" * 32, "nul\0" * 8])
def test_an_unknown_session_is_refused(session: str) -> None:
    assert refused(session)


def test_signing_out_ends_it(client: Client, cookie: str) -> None:
    client.logout()
    assert refused(cookie)


def test_a_new_password_ends_it(alice: User, cookie: str) -> None:
    alice.set_password("another")
    alice.save()
    assert refused(cookie)
    assert Session.objects.filter(pk=cookie).exists(), "the page's own middleware ends it, not a read"


def test_deactivation_and_expiry_end_it(cookie: str) -> None:
    User.objects.update(is_active=False)
    assert refused(cookie)
    User.objects.update(is_active=True)
    authenticate(Credentials(session=cookie))
    Session.objects.update(expire_date=timezone.now())
    assert refused(cookie)


def test_a_session_survives_a_rotated_secret_and_is_not_replaced(cookie: str, settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "rotated"
    assert authenticate(Credentials(session=cookie)).session_key == cookie
    assert Session.objects.get().pk == cookie


def test_a_session_of_a_backend_no_longer_used_is_refused(cookie: str, settings: Settings) -> None:
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]
    assert refused(cookie)


def test_an_anonymous_session_is_nobody(client: Client) -> None:
    session = client.session
    session["basket"] = 1
    session.save()
    assert refused(session.session_key or "")
