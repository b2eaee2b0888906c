"""API keys: shown once, stored hashed, revoked by prefix; the two commands that do it from the shell."""

import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from chat.audit.log import SERVER
from chat.auth.authenticate import authenticate
from chat.auth.credentials import Credentials
from chat.auth.keys import create_key, revoke_keys
from chat.errors import Unauthenticated
from chat.models import ApiKey, AuditEntry
from chat.quota import Quota

pytestmark = pytest.mark.django_db


def test_a_key_names_its_user_and_is_not_stored(alice: User) -> None:
    row, key = create_key(alice, "laptop")
    caller = authenticate(Credentials(bearer=key))
    assert (caller.user_id, caller.via, caller.key_id) == (alice.pk, "key", row.pk)
    assert re.fullmatch(r"chat-[A-Za-z0-9_-]{43}", key)
    assert (row.prefix, len(row.prefix)) == (key[:12], 12)
    assert key not in str(ApiKey.objects.values().get())


@pytest.mark.parametrize("wrong", ["", "chat-", "nonsense", "chat-" + "é" * 43, "\0"])
def test_a_wrong_key_is_refused(alice: User, wrong: str) -> None:
    create_key(alice, "")
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(bearer=wrong))


def test_a_revoked_key_is_refused(alice: User) -> None:
    row, key = create_key(alice, "")
    keys = ApiKey.objects.filter(pk=row.pk)
    assert revoke_keys(SERVER, keys) == 1
    assert revoke_keys(SERVER, keys) == 0
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(bearer=key))


def test_a_key_of_a_deactivated_user_is_refused(alice: User) -> None:
    _row, key = create_key(alice, "")
    User.objects.update(is_active=False)
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(bearer=key))


def test_a_bad_key_is_not_saved_by_a_good_cookie(alice: User, client: Client) -> None:
    client.force_login(alice)
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(bearer="wrong", session=client.session.session_key))


def test_a_key_that_a_server_of_the_version_before_makes_asks_and_reads(alice: User) -> None:
    row, _key = create_key(alice)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_apikey (id, user_id, name, prefix, hash, created)"
            " SELECT %s, user_id, name, prefix, %s, created FROM chat_apikey",
            [ApiKey._meta.get_field("id").get_db_prep_value(uuid4(), connection), "another"],
        )
    assert ApiKey.objects.exclude(pk=row.pk).get().scopes == {"chat", "read"}


def test_last_used_is_written_at_most_once_a_minute(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row, key = create_key(alice, "")
    with django_assert_num_queries(3):
        authenticate(Credentials(bearer=key))
    with django_assert_num_queries(2):
        authenticate(Credentials(bearer=key))
    long_ago = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.update(last_used=long_ago)
    authenticate(Credentials(bearer=key))
    row.refresh_from_db()
    assert row.last_used is not None
    assert row.last_used > long_ago


def test_the_command_prints_the_key_alone(alice: User) -> None:
    out = StringIO()
    call_command("create_api_key", "alice", "--name", "cron", stdout=out)
    assert authenticate(Credentials(bearer=out.getvalue().removesuffix("\n"))).user_id == alice.pk
    assert ApiKey.objects.get().name == "cron"


def test_the_command_makes_a_key_for_little_and_for_a_while(alice: User) -> None:
    call_command(
        "create_api_key",
        *("alice", "--scope", "read", "--scope", "chat", "--expires", "30", "--requests-per-minute", "5"),
        *("--streams", "2", "--sockets", "3", "--tokens-per-day", "1000", "--tokens-per-month", "9999999999"),
        *("--cost-per-day", "0.50", "--cost-per-month", "2.50"),
        *("--message-chars", "4000", "--attachment-bytes", "1000000"),
        stdout=StringIO(),
    )
    key = ApiKey.objects.get()
    assert key.scopes == {"chat", "read"}
    assert key.quota == Quota(
        requests_per_minute=5,
        streams=2,
        sockets=3,
        tokens_per_day=1000,
        tokens_per_month=9999999999,
        cost_per_day=Decimal("0.50"),
        cost_per_month=Decimal("2.50"),
        message_chars=4000,
        attachment_bytes=1_000_000,
    )
    assert key.expires is not None
    assert timedelta(days=29) < key.expires - timezone.now() <= timedelta(days=30)
    assert AuditEntry.objects.get().details["scopes"] == "chat read"


@pytest.mark.parametrize(
    "wrong",
    [
        ("--scope", "all"),
        ("--expires", "0"),
        ("--streams", "many"),
        ("--cost-per-month", "NaN"),
        ("--message-chars", "0"),
    ],
)
def test_the_command_takes_no_nonsense(alice: User, wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("create_api_key", "alice", *wrong)
    assert not ApiKey.objects.exists()


def test_the_command_says_what_is_wrong(alice: User) -> None:
    with pytest.raises(CommandError, match="no user 'nobody'"):
        call_command("create_api_key", "nobody")
    with pytest.raises(CommandError, match="100 characters"):
        call_command("create_api_key", "alice", "--name", "n" * 101)
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        call_command("create_api_key", "alice")


def test_the_shell_revokes_one_key_by_its_whole_prefix(alice: User) -> None:
    row, key = create_key(alice, "")
    with pytest.raises(CommandError, match="first 12 characters"):
        call_command("revoke_api_key", row.prefix[:5])
    call_command("revoke_api_key", row.prefix, stdout=StringIO())
    with pytest.raises(Unauthenticated):
        authenticate(Credentials(bearer=key))
