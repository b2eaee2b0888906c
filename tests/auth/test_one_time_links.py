"""One-time links: kept as hashes, good once and for a time, and the same refusal for all that are not."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from chat.auth.links import Kind, find_link, hash_of, make_link, revoke_links, take_link
from chat.models import OneTimeLink


def secret_of(path: str) -> str:
    return path.strip("/").split("/")[1]


def test_the_secret_is_long_and_not_kept(alice: User) -> None:
    row, path = make_link(Kind.RESET, user=alice)
    secret = secret_of(path)
    assert len(secret) >= 43  # 256 bits
    assert row.hash == hash_of(secret)
    assert secret not in str(OneTimeLink.objects.values().get())


@pytest.mark.django_db
def test_it_is_found_until_it_is_taken() -> None:
    secret = secret_of(make_link(Kind.INVITATION)[1])
    assert find_link(Kind.INVITATION, secret) is not None
    assert find_link(Kind.INVITATION, secret) is not None
    assert take_link(Kind.INVITATION, secret) is not None
    assert take_link(Kind.INVITATION, secret) is None
    assert find_link(Kind.INVITATION, secret) is None


@pytest.mark.django_db
def test_an_invitation_sets_no_password() -> None:
    secret = secret_of(make_link(Kind.INVITATION)[1])
    assert find_link(Kind.RESET, secret) is None
    assert take_link(Kind.RESET, secret) is None


@pytest.mark.django_db
def test_it_is_good_for_seven_days() -> None:
    row, path = make_link(Kind.INVITATION)
    assert timedelta(days=6, hours=23) < row.expires - timezone.now() <= timedelta(days=7)
    OneTimeLink.objects.update(expires=timezone.now())
    assert find_link(Kind.INVITATION, secret_of(path)) is None
    assert take_link(Kind.INVITATION, secret_of(path)) is None


@pytest.mark.django_db
def test_one_that_was_taken_back_opens_nothing() -> None:
    path = make_link(Kind.INVITATION)[1]
    assert revoke_links(OneTimeLink.objects.all()) == 1
    assert revoke_links(OneTimeLink.objects.all()) == 0
    assert find_link(Kind.INVITATION, secret_of(path)) is None


def test_a_deactivated_user_gets_no_new_password(alice: User) -> None:
    secret = secret_of(make_link(Kind.RESET, user=alice)[1])
    alice.is_active = False
    alice.save()
    assert find_link(Kind.RESET, secret) is None
    assert take_link(Kind.RESET, secret) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_takes_it() -> None:
    secret = secret_of(make_link(Kind.INVITATION)[1])
    together = threading.Barrier(4)
    taken: list[OneTimeLink] = []

    def take() -> None:
        together.wait()
        try:
            with transaction.atomic():
                if (link := take_link(Kind.INVITATION, secret)) is not None:
                    taken.append(link)
        finally:
            connection.close()

    takers = [threading.Thread(target=take) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert len(taken) == 1
