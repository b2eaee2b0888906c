"""Everybody's keys and usage, for keys with the scope `admin` of staff with the permissions."""

from datetime import timedelta
from typing import Any

import pytest
from api.reading import error_of
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import AsyncClient
from django.utils import timezone
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat.auth.keys import create_key
from chat.models import ApiKey, AuditEntry, Price, Spent

KEYS, USAGE = "/api/v1/admin/keys", "/api/v1/admin/usage"


@pytest.fixture
def admins(upstream: FedUpstream, dave: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_key(dave, scopes=['admin'])[1]}"}


@pytest.fixture
def hers(upstream: FedUpstream, alice: User) -> ApiKey:
    key = create_key(alice, "laptop")[0]
    Price.objects.create(model="m", since="2020-01-01", prompt=1_000_000, completion=2_000_000)
    today = timezone.localdate()
    for day, of_key in ((today, key.pk), (today - timedelta(days=40), key.pk)):
        Spent.objects.create(
            user=alice, day=day, key=of_key, model="m", replies=1, prompt_tokens=3, completion_tokens=4
        )
    Spent.objects.create(user=alice, day=today, model="m", replies=2, prompt_tokens=10)
    return key


async def test_keys_are_listed_with_what_they_used_this_month(
    nobody: AsyncClient, admins: dict[str, str], hers: ApiKey
) -> None:
    (key,) = (await nobody.get(f"{KEYS}?user=alice", headers=admins)).json()["results"]
    assert (key["name"], key["prefix"], key["scopes"]) == ("laptop", hers.prefix, ["chat", "read"])
    assert key["used_this_month"] == {
        "replies": 1,
        "tokens_read": 3,
        "tokens_written": 4,
        "cost": {"USD": "11"},
    }
    assert hers.hash not in str(key)
    assert set(key["limits"].values()) == {None}
    await ApiKey.objects.filter(pk=hers.pk).aupdate(
        sockets=2, tokens_per_month=900, cost_per_day="0.50", message_chars=40
    )
    (key,) = (await nobody.get(f"{KEYS}?user=alice", headers=admins)).json()["results"]
    assert {name: limit for name, limit in key["limits"].items() if limit is not None} == {
        "sockets": 2,
        "tokens_per_month": 900,
        "cost_per_day": "0.50",
        "message_chars": 40,
    }
    assert len((await nobody.get(KEYS, headers=admins)).json()["results"]) == 2


async def test_a_key_is_revoked_by_its_prefix(
    nobody: AsyncClient, admins: dict[str, str], hers: ApiKey, dave: User
) -> None:
    path = f"{KEYS}/{hers.prefix}/revoke"
    assert (await nobody.generic("POST", path, headers=admins)).status_code == 204
    assert (await nobody.generic("POST", path, headers=admins)).status_code == 404
    await hers.arefresh_from_db()
    assert hers.revoked is not None
    entry = await AuditEntry.objects.aget(action="key_revoke")
    assert (entry.actor, entry.via, entry.object) == (dave.pk, "api", str(hers.pk))


@pytest.mark.parametrize(
    ("by", "told"),
    [("user", {"alice": 17}), ("key", {None: 10, "prefix": 7}), ("model", {"m": 17})],
)
async def test_usage_is_told_by_user_key_or_model(
    nobody: AsyncClient, admins: dict[str, str], hers: ApiKey, by: str, told: dict[Any, int]
) -> None:
    answer = (await nobody.get(f"{USAGE}?by={by}", headers=admins)).json()
    expected = {hers.prefix if name == "prefix" else name: tokens for name, tokens in told.items()}
    assert {each[by]: each["tokens_read"] + each["tokens_written"] for each in answer["results"]} == expected
    assert answer["to"] == timezone.localdate().isoformat()


async def test_each_day_costs_what_it_cost_then(
    nobody: AsyncClient, admins: dict[str, str], hers: ApiKey
) -> None:
    today = timezone.localdate()
    await Price.objects.acreate(model="m", since=today, prompt=10_000_000, completion=0)
    first = today - timedelta(days=60)
    answer = (await nobody.get(f"{USAGE}?from={first}&to={today}", headers=admins)).json()
    assert answer["results"][0]["cost"] == {"USD": "141"}  # 11 forty days ago, and 13 tokens read today


@pytest.mark.parametrize(
    "query", ["by=day", "from=soon", "from=2026-01-02&to=2026-01-01", "from=2024-01-01&to=2026-01-01", "x=1"]
)
async def test_what_is_no_time_is_refused(nobody: AsyncClient, admins: dict[str, str], query: str) -> None:
    assert (await nobody.get(f"{USAGE}?{query}", headers=admins)).status_code == 400


async def test_of_exempt_users_it_is_not_told(
    nobody: AsyncClient, admins: dict[str, str], hers: ApiKey, alice: User, settings: Settings
) -> None:
    await alice.groups.aadd(await Group.objects.acreate(name="Works council"))
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    (key,) = (await nobody.get(f"{KEYS}?user=alice", headers=admins)).json()["results"]
    assert key["used_this_month"] is None
    (sums,) = (await nobody.get(USAGE, headers=admins)).json()["results"]
    assert sums["user"] is None


@pytest.mark.parametrize("staff", [False, True])
async def test_a_scope_gives_nobody_a_permission(
    nobody: AsyncClient, hers: ApiKey, bob: User, staff: bool
) -> None:
    bob.is_staff = staff
    await bob.asave()
    _row, key = await sync_to_async(create_key)(bob, scopes=["admin"])
    for method, path in (("GET", KEYS), ("GET", USAGE), ("POST", f"{KEYS}/{hers.prefix}/revoke")):
        refused: Any = await nobody.generic(method, path, headers={"Authorization": f"Bearer {key}"})
        assert (refused.status_code, error_of(refused)["code"]) == (403, "not_an_administrator")
    assert not await ApiKey.objects.filter(revoked__isnull=False).aexists()


async def test_a_cursor_that_no_list_gave_out_is_refused(nobody: AsyncClient, admins: dict[str, str]) -> None:
    refused = await nobody.get(f"{KEYS}?cursor=x", headers=admins)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "cursor")
