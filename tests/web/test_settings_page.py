"""The settings page: keys for programs, the password, the look."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from chat.auth.keys import create_key, find_key
from chat.models import ApiKey, AuditEntry, Price, Spent
from chat.quota import QUOTA_FIELDS, Quota


def test_a_key_is_shown_once_and_works(alice: User, alices: Client) -> None:
    answer = alices.post(
        "/settings/keys/", {"name": "my script", "scopes": ["chat", "read"]}, headers={"HX-Request": "true"}
    )
    shown = re.search(r'id="new-key">([^<]+)<', answer.content.decode())
    assert shown is not None
    good = find_key(shown[1])
    assert good is not None
    key = ApiKey.objects.get(pk=good.id)
    assert (key.user, key.name) == (alice, "my script")
    later = alices.get("/settings/keys/").content.decode()
    assert shown[1] not in later
    assert key.prefix in later


def test_a_key_can_be_made_without_a_script(alice: User, alices: Client) -> None:
    page = alices.post("/settings/keys/", {"name": "", "scopes": "chat"}).content.decode()
    assert 'id="new-key"' in page
    assert "<html" in page


def test_a_key_is_made_for_what_was_chosen(alice: User, alices: Client) -> None:
    chosen = {"name": "nightly", "scopes": ["read"], "lifetime": "30", "tokens_per_day": "5000"}
    page = alices.post("/settings/keys/", chosen).content.decode()
    key = ApiKey.objects.get()
    assert key.scopes == {"read"}
    assert key.quota == Quota(tokens_per_day=5000)
    assert key.expires is not None
    assert timedelta(days=29) < key.expires - timezone.now() <= timedelta(days=30)
    assert "At most 5,000 tokens a day." in page
    entry = AuditEntry.objects.get(action="key_make")
    assert (entry.actor, entry.via, entry.details["scopes"]) == (alice.pk, "page", "read")


def test_every_limit_of_a_key_can_be_chosen_and_is_shown(alices: Client) -> None:
    chosen = {name: str(number) for number, name in enumerate(QUOTA_FIELDS, 2)}
    page = alices.post("/settings/keys/", {"name": "x", "scopes": "chat", **chosen}).content.decode()
    assert {name: int(getattr(ApiKey.objects.get(), name)) for name in QUOTA_FIELDS} == {
        name: int(number) for name, number in chosen.items()
    }
    assert (
        "At most 2 requests a minute · 3 replies at a time · 4 live connections at a time · 5 tokens a day · "
        "6 tokens a month · a cost of 7.00 a day · a cost of 8.00 a month · 9 characters a message · "
        "10 bytes a file."
    ) in page


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"scopes": "everything"},
        {"scopes": "review"},
        {"scopes": ["chat", "admin"]},
        {"scopes": "chat", "lifetime": "2"},
        {"scopes": "chat", "streams": "0"},
        {"scopes": "chat", "sockets": "0"},
        {"scopes": "chat", "message_chars": "0"},
        {"scopes": "chat", "attachment_bytes": "1 MB"},
        {"scopes": "chat", "tokens_per_month": "many"},
        {"scopes": "chat", "cost_per_day": "0.001"},
        {"scopes": "chat", "cost_per_month": "-1"},
    ],
)
def test_a_key_that_cannot_be_is_not_made(alices: Client, wrong: dict[str, str]) -> None:
    answer = alices.post("/settings/keys/", {"name": "x", **wrong})
    assert (answer.status_code, ApiKey.objects.count()) == (400, 0)


def test_scopes_are_offered_to_those_whom_they_open_something(alices: Client, carol: User) -> None:
    carols = Client()
    carols.force_login(carol)
    for client, offered in ((alices, ["chat", "read"]), (carols, ["chat", "read", "review", "admin"])):
        page = client.get("/settings/keys/").content.decode()
        assert re.findall(r'name="scopes" value="(\w+)"', page) == offered
    assert carols.post("/settings/keys/", {"scopes": "review"}).status_code == 200


def test_the_list_says_what_a_key_used_and_when_it_ends(alice: User, alices: Client) -> None:
    old = create_key(alice, "old", expires=timezone.now() - timedelta(days=1))[0]
    create_key(alice, "soon", expires=timezone.now() + timedelta(days=3))
    Price.objects.create(model="m", since="2026-01-01", prompt=10, completion=100)
    Spent.objects.create(
        user=alice,
        day=timezone.localdate(),
        key=old.pk,
        model="m",
        replies=3,
        prompt_tokens=1_000_000,
        completion_tokens=10_000,
    )
    page = alices.get("/settings/keys/").content.decode()
    assert "This month: 3 replies · 1,010,000 tokens · 11.00 USD." in page
    assert page.count('class="tag warn">expired<') == 1
    assert page.count('class="tag warn">expires soon<') == 1


def test_a_revoked_key_leaves_the_list_and_opens_nothing(alice: User, alices: Client) -> None:
    row, key = create_key(alice, "old")
    alices.post(f"/settings/keys/{row.prefix}/revoke/")
    assert find_key(key) is None
    assert row.prefix not in alices.get("/settings/keys/").content.decode()


def test_another_users_key_cannot_be_revoked(alice: User, bobs: Client) -> None:
    row, key = create_key(alice, "hers")
    bobs.post(f"/settings/keys/{row.prefix}/revoke/")
    assert find_key(key) is not None


@pytest.mark.parametrize("prefix", ["%00", "sk-a%00", "sk-a%0A", "%C3%A9", "x" * 13])
def test_what_no_key_begins_with_is_no_address(alices: Client, prefix: str) -> None:
    assert alices.post(f"/settings/keys/{prefix}/revoke/").status_code == 404


def test_a_new_password_needs_the_old_one(alice: User, alices: Client) -> None:
    new = {"new_password1": "a much better one", "new_password2": "a much better one"}
    assert alices.post("/settings/password/", new | {"old_password": "wrong"}).status_code == 400
    assert Client().login(username="alice", password="alice")
    assert alices.post("/settings/password/", new | {"old_password": "alice"}, follow=True).status_code == 200
    assert Client().login(username="alice", password="a much better one")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(alice: User, alices: Client) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    new = {
        "old_password": "alice",
        "new_password1": "a much better one",
        "new_password2": "a much better one",
    }
    alices.post("/settings/password/", new)
    assert alices.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302


def test_the_look_is_kept_in_the_browser(alices: Client) -> None:
    alices.post("/settings/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in alices.get("/").content.decode()


def test_a_look_that_is_none_is_not_taken(alices: Client) -> None:
    alices.cookies["theme"] = '"><script>'
    assert 'data-theme="system"' in alices.get("/").content.decode()


def test_signing_out_takes_a_post(alices: Client) -> None:
    assert alices.get("/accounts/logout/").status_code == 405
    alices.post("/accounts/logout/")
    assert alices.get("/").status_code == 302


def test_what_a_new_password_must_be_is_said_in_one_sentence(alices: Client) -> None:
    page = alices.get("/settings/password/").content.decode()
    assert re.findall(r'_helptext">(.*?)<', page).count("At least 8 characters, and not a common one.") == 1
    assert "too similar" not in page
