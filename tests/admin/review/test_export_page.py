"""The page of exports: only for whoever may, only one's own, and it begins nothing by being looked at."""

import html
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from fakes.reviewed import make_conversation

from chat.audit import Actor
from chat.models import AuditEntry, ReviewExport
from chat.review import exports
from chat.review.exports import End

PAGE = "/admin/review/exports/"


def test_only_who_may_review_and_export_comes_in(
    client: Client, alice: User, carol: User, erin: User
) -> None:
    client.force_login(alice)
    assert client.get(PAGE).status_code == 302
    for without in (carol, erin):
        client.force_login(without)
        assert client.get(PAGE).status_code == 403
        assert client.post(PAGE, {"form": "csv"}).status_code == 403
    carol.user_permissions.add(Permission.objects.get(codename="export_conversations"))
    client.force_login(carol)
    assert client.get(PAGE).status_code == 200
    assert not ReviewExport.objects.exists()


def test_asking_leads_to_the_file_and_begins_nothing_yet(client: Client, alice: User, dave: User) -> None:
    make_conversation(alice, ("q", "a"))
    client.force_login(dave)
    assert "<strong>1</strong> conversation is chosen." in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"form": "csv", "pseudonymised": "on", "filter": ""})
    row = ReviewExport.objects.get()
    assert answer["Location"] == reverse("review:download", args=[row.pk])
    assert (row.form, row.pseudonymised, row.total, row.owner) == ("csv", True, None, dave)
    assert not AuditEntry.objects.filter(action__startswith="export").exists()


@pytest.mark.parametrize("wrong", [{"form": "xml"}, {}])
def test_a_form_that_is_none_is_refused(client: Client, dave: User, wrong: dict[str, str]) -> None:
    client.force_login(dave)
    assert client.post(PAGE, wrong).status_code == 400
    assert not ReviewExport.objects.exists()


def test_a_running_one_is_shown_with_its_progress_and_cancelled_by_its_owner_alone(
    client: Client, carol: User, dave: User
) -> None:
    row = exports.ask(dave.pk, "", "csv", pseudonymised=True)
    exports.begin(row, 2000, Actor(dave.pk, "admin"))
    exports.note(row.pk, 1500)
    carol.user_permissions.add(Permission.objects.get(codename="export_conversations"))
    client.force_login(carol)
    assert "<progress" not in client.get(PAGE).content.decode()
    client.post(reverse("review:export_cancel", args=[row.pk]))
    assert ReviewExport.objects.filter(cancelled=False).exists()
    client.force_login(dave)
    page = client.get(PAGE, headers={"X-Part": "exports"}).content.decode()
    assert "1,500 of 2,000 conversations" in page
    assert '<progress max="2000" value="1500"' in page
    assert "<html" not in page
    assert client.post(reverse("review:export_cancel", args=[row.pk])).status_code == 302
    assert ReviewExport.objects.filter(cancelled=True).exists()
    assert "is being cancelled" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (End.WHOLE, "complete"),
        (End.CANCELLED, "cancelled"),
        (End.LEFT, "cancelled"),
        (End.FAILED, "failed"),
        (End.REFUSED, "permission was taken back"),
        (End.INTERRUPTED, "its server was ended"),
    ],
)
def test_it_says_how_each_ended(client: Client, dave: User, how: End, told: str) -> None:
    row = exports.ask(dave.pk, "", "csv", pseudonymised=False)
    exports.begin(row, 1, Actor(dave.pk, "admin"))
    exports.end(row.pk, 1, how, Actor(dave.pk, "admin"))
    client.force_login(dave)
    page = client.get(PAGE).content.decode()
    assert told in page
    assert "<progress" not in page
    assert ("Take it out again" in page) is (how is not End.WHOLE)


def test_what_was_interrupted_is_taken_out_again_as_it_was_asked_for(client: Client, dave: User) -> None:
    row = exports.ask(dave.pk, "status=failed&q=a+%26+b", "csv", pseudonymised=True)
    exports.begin(row, 1, Actor(dave.pk, "admin"))
    exports.end(row.pk, 0, End.INTERRUPTED, Actor(None, "server"))
    client.force_login(dave)
    page = client.get(PAGE).content.decode()
    form = page[page.index('class="export-again"') :]
    fields = dict(
        re.findall(r'<input type="hidden" name="(filter|form|pseudonymised)" value="([^"]*)">', form)
    )
    assert fields.keys() == {"filter", "form", "pseudonymised"}
    client.post(PAGE, {name: html.unescape(value) for name, value in fields.items()})
    again = ReviewExport.objects.exclude(pk=row.pk).get()
    assert (again.query, again.form, again.pseudonymised) == (row.query, "csv", True)
