"""The dashboard: for whoever may see it, with figures only, each bar leading to the list that it counts."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from fakes.reviewed import make_conversation

from chat.models import AuditEntry, CompletionFigures, Price

PAGE = "/admin/review/figures/"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


@pytest.fixture
def replies(alice: User) -> None:
    for status in ("complete", "failed"):
        conversation = make_conversation(alice, ("my secret question", "a"), title="A secret title")
        assert conversation.active is not None
        assert conversation.active.completion is not None
        CompletionFigures.objects.create(
            completion=conversation.active.completion,
            conversation=conversation,
            owner=alice,
            asked=timezone.now(),
            model="demo & co",
            status=status,
            prompt_tokens=1200,
            completion_tokens=300,
            first_token_ms=640,
            stream_ms=1000,
        )


def test_only_who_may_see_figures_comes_in(client: Client, alice: User, carol: User, erin: User) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(alice)
    assert client.get(PAGE).status_code == 302
    client.force_login(erin)
    assert client.get(PAGE).status_code == 403
    client.force_login(carol)
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE).status_code == 405


def test_it_shows_figures_and_no_text(client: Client, carol: User, replies: None) -> None:
    client.force_login(carol)
    page = client.get(PAGE).content.decode()
    assert "secret" not in page
    assert "3,000" in page  # tokens
    assert "0.64 s" in page
    assert "alice" in page


def test_it_keeps_to_a_strict_policy(client: Client, carol: User, replies: None) -> None:
    client.force_login(carol)
    page = client.get(PAGE).content.decode()
    charts = page[page.index('<div class="figures">') :]
    assert " style=" not in charts
    assert "<script" not in charts[: charts.index("figures-notes")]
    assert "onclick" not in charts


def test_each_bar_leads_to_its_list(client: Client, carol: User, replies: None) -> None:
    client.force_login(carol)
    page = client.get(PAGE).content.decode()
    today = timezone.localdate().isoformat()
    start = (timezone.localdate() - timedelta(days=29)).isoformat()
    bars = re.findall(r'<a href="([^"]+)" tabindex="-1"><rect class="fill-failed"', page)
    assert bars == [f"/admin/review/?date_from={today}&amp;date_to={today}&amp;status=failed"]
    assert f"/admin/review/?date_from={start}&amp;date_to={today}&amp;user=alice" in page
    assert f"/admin/review/?model=demo+%26+co&amp;date_from={start}&amp;date_to={today}" in page


def test_a_cause_leads_to_the_list_of_those_that_have_it(client: Client, carol: User, replies: None) -> None:
    CompletionFigures.objects.filter(status="failed").update(error_code="upstream_timeout")
    client.force_login(carol)
    page = client.get(PAGE).content.decode()
    links = re.findall(r'<a href="([^"]+cause=[^"]+)">', page)
    assert [link.partition("status=")[2] for link in links] == ["failed&amp;cause=upstream_timeout"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("date_from=2026-01-01&date_to=2026-01-31", 200),
        ("date_from=2026-01-31&date_to=2026-01-01", 400),
        ("date_from=2016-01-01&date_to=2026-01-01", 400),
        ("date_from=yesterday", 400),
        ("group=999999", 400),
        ("group=x&model=%00", 400),
        ("model=nobody", 200),
        ("date_from=0001-01-01&date_to=0001-01-02", 400),
        ("date_from=9999-12-01&date_to=9999-12-31", 400),
    ],
)
def test_any_address_gives_a_page(client: Client, carol: User, query: str, status: int) -> None:
    client.force_login(carol)
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == status
    assert "figures-none" in answer.content.decode()


def test_the_chosen_group_and_model_stay_chosen(
    client: Client, carol: User, alice: User, replies: None
) -> None:
    group = Group.objects.create(name="Writers")
    alice.groups.add(group)
    client.force_login(carol)
    page = client.get(PAGE, {"group": str(group.pk), "model": "demo & co"}).content.decode()
    assert f"&amp;group={group.pk}&amp;model=demo+%26+co" in page
    assert f"?group={group.pk}&amp;model=demo+%26+co&amp;date_from=" in page


def test_prices_are_kept_in_the_admin_and_each_change_is_in_the_audit_log(
    client: Client, erin: User, dave: User
) -> None:
    client.force_login(erin)
    assert client.get("/admin/chat/price/").status_code == 403
    client.force_login(dave)
    fields = {
        "model": "demo",
        "since": "2026-01-01",
        "prompt": "1.5",
        "completion": "6",
        "currency": "EUR",
    }
    assert client.post("/admin/chat/price/add/", fields).status_code == 302
    row = Price.objects.get()
    address = f"/admin/chat/price/{row.pk}/change/"
    assert client.post(address, fields | {"prompt": "2"}).status_code == 302
    assert client.post(address, fields | {"prompt": "-1"}).status_code == 200
    assert client.post(address, fields | {"currency": "euro"}).status_code == 200
    assert Price.objects.get().prompt == Decimal(2)
    assert client.post(f"/admin/chat/price/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    entries = AuditEntry.objects.filter(action="price_change").order_by("id")
    assert [(entry.actor, entry.object, entry.details["what"]) for entry in entries] == [
        (dave.pk, str(row.pk), what) for what in ("added", "changed", "deleted")
    ]
    assert entries[1].details["prompt"] == "2"


def test_deleting_several_prices_leaves_an_entry_for_each(client: Client, dave: User) -> None:
    for year in (2024, 2025):
        Price.objects.create(model="demo", since=f"{year}-01-01", prompt=1, completion=1)
    client.force_login(dave)
    chosen = [str(key) for key in Price.objects.values_list("pk", flat=True)]
    fields = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    assert client.post("/admin/chat/price/", fields).status_code == 302
    assert not Price.objects.exists()
    assert AuditEntry.objects.filter(action="price_change").count() == 2
