"""Where users are signed in: known, ended one by one or all at once, and forgotten when it is over."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from chat.auth import sign_ins
from chat.auth.sessions import users_of_sessions
from chat.auth.sign_ins import SEEN_SECONDS, Seen
from chat.models import SignIn


def signed_in(user: User) -> str:
    """A session of this user's in another browser."""
    client = Client()
    client.force_login(user)
    key = client.session.session_key
    assert key is not None
    return key


def test_this_browser_stands_first_then_the_last_seen(alice: User) -> None:
    first, second, this = (signed_in(alice) for _ in range(3))
    SignIn.objects.filter(session_key=first).update(last_seen=timezone.now())
    SignIn.objects.filter(session_key=second).update(last_seen=timezone.now() - timedelta(hours=2))
    SignIn.objects.filter(session_key=this).update(last_seen=timezone.now() - timedelta(hours=5))
    ids = {row.session_key: row.id for row in SignIn.objects.all()}
    places = sign_ins.places_of(alice, this)
    assert [place.id for place in places] == [ids[this], ids[first], ids[second]]
    assert [place.is_this for place in places] == [True, False, False]


def test_ending_one_ends_its_session_alone(alice: User) -> None:
    gone, stays = signed_in(alice), signed_in(alice)
    assert sign_ins.end(alice, SignIn.objects.get(session_key=gone).id)
    assert set(users_of_sessions([gone, stays])) == {stays}


def test_nobody_ends_anothers(alice: User, bob: User) -> None:
    hers = signed_in(alice)
    assert not sign_ins.end(bob, SignIn.objects.get(session_key=hers).id)
    assert sign_ins.end_all(bob) == 0
    assert set(users_of_sessions([hers])) == {hers}


def test_ending_the_others_keeps_this_one(alice: User, bob: User) -> None:
    this, other, bobs = signed_in(alice), signed_in(alice), signed_in(bob)
    assert sign_ins.end_all(alice, but=this) == 1
    assert set(users_of_sessions([this, other, bobs])) == {this, bobs}


def test_a_session_that_is_good_no_more_is_not_shown(alice: User) -> None:
    signed_in(alice)
    alice.set_password("another")
    alice.save()
    assert sign_ins.places_of(alice, None) == []


def test_what_is_over_is_swept_and_what_runs_stays(alice: User) -> None:
    expired, vanished, runs, young = (signed_in(alice) for _ in range(4))
    long_ago = timezone.now() - timedelta(days=1)
    SignIn.objects.exclude(session_key=young).update(last_seen=long_ago)
    Session.objects.filter(session_key=expired).update(expire_date=long_ago)
    Session.objects.filter(session_key__in=[vanished, young]).delete()
    assert sign_ins.sweep() == 2
    assert set(SignIn.objects.values_list("session_key", flat=True)) == {runs, young}
    assert not Session.objects.filter(session_key=expired).exists()


def test_a_session_seen_again_is_no_second_one(alice: User) -> None:
    key = signed_in(alice)
    sign_ins.begin(alice.pk, key, "Another", "192.0.2.1")
    assert SignIn.objects.count() == 1


def test_what_no_database_can_hold_does_not_keep_anybody_out(alice: User) -> None:
    sign_ins.begin(alice.pk, "k" * 32, "nul \0" + "x" * 500, "")
    row = SignIn.objects.get()
    assert row.user_agent == ("nul " + "x" * 500)[:300]
    assert row.address is None


def test_a_session_is_noted_every_five_minutes_at_most() -> None:
    now = 0.0
    seen = Seen(clock=lambda: now)
    assert seen.is_due("a")
    assert seen.is_due("b")
    now = SEEN_SECONDS - 1
    assert not seen.is_due("a")
    now = SEEN_SECONDS
    assert seen.is_due("a")
    assert not seen.is_due("a")
