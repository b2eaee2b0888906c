"""One-time links in the administration: made and shown once, listed with their state, taken back."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chat.auth.links import Kind, find_link, make_link
from chat.models import OneTimeLink

ADD = "/admin/chat/onetimelink/add/"
LIST = "/admin/chat/onetimelink/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def daves(dave: User) -> Client:
    return browser(dave)


def shown_link(page: str) -> str:
    found = re.search(r'value="http://testserver(/(?:join|reset)/[^"]+)"', page)
    assert found is not None
    return found[1]


def test_an_invitation_is_shown_once_and_works(dave: User, daves: Client) -> None:
    answer = daves.post(ADD, {"kind": "invitation", "note": "for Eve", "days": "3"})
    assert "no-store" in answer["Cache-Control"]
    path = shown_link(answer.content.decode())
    assert Client().get(path)["Location"] == "/join/"
    row = OneTimeLink.objects.get()
    assert (row.note, row.made_by) == ("for Eve", dave)
    for address in (LIST, f"{LIST}{row.pk}/change/"):
        page = daves.get(address).content.decode()
        assert path.split("/")[2] not in page
        assert row.hash not in page


def test_a_users_page_leads_to_a_link_for_them(alice: User, daves: Client) -> None:
    page = daves.get(f"/admin/auth/user/{alice.pk}/change/").content.decode()
    way = f"{ADD}?kind=reset&amp;user={alice.pk}"
    assert way in page
    form = daves.get(way.replace("&amp;", "&")).content.decode()
    assert f'<option value="{alice.pk}" selected>' in form
    made = daves.post(ADD, {"kind": "reset", "user": alice.pk, "days": "7"}).content.decode()
    assert Client().get(shown_link(made))["Location"] == "/reset/"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "reset", "days": "7"},
        {"kind": "invitation", "days": "0"},
        {"kind": "invitation", "days": "366"},
        {"kind": "skeleton", "days": "7"},
    ],
)
def test_what_is_no_link_is_refused(daves: Client, fields: dict[str, str]) -> None:
    assert 'class="errorlist"' in daves.post(ADD, fields).content.decode()
    assert not OneTimeLink.objects.exists()


def test_a_link_that_was_taken_back_opens_nothing(daves: Client) -> None:
    row, path = make_link(Kind.INVITATION)
    daves.post(LIST, {"action": "revoke", "_selected_action": [str(row.pk)]})
    assert find_link(Kind.INVITATION, path.split("/")[2]) is None


def test_the_list_tells_what_became_of_each(daves: Client) -> None:
    used, over, _waiting = (make_link(Kind.INVITATION)[0] for _ in range(3))
    OneTimeLink.objects.filter(pk=used.pk).update(used="2026-01-01T00:00Z")
    OneTimeLink.objects.filter(pk=over.pk).update(expires="2026-01-01T00:00Z")
    page = daves.get(LIST).content.decode()
    assert [page.count(f'<td class="field-state">{state}</td>') for state in ("used", "over", "waiting")] == [
        1,
        1,
        1,
    ]


def test_who_may_only_look_makes_none(carol: User) -> None:
    assert browser(carol).post(ADD, {"kind": "invitation", "days": "7"}).status_code == 403
    assert not OneTimeLink.objects.exists()


def test_a_member_of_staff_makes_no_link_into_an_administrators_account(
    carol: User, dave: User, alice: User
) -> None:
    for codename in ("add_onetimelink", "change_user"):
        carol.user_permissions.add(Permission.objects.get(codename=codename))
    carols = browser(carol)
    refused = carols.post(ADD, {"kind": "reset", "user": dave.pk, "days": "7"})
    assert "Only a superuser" in refused.content.decode()
    assert not OneTimeLink.objects.exists()
    carols.post(ADD, {"kind": "reset", "user": alice.pk, "days": "7"})
    assert OneTimeLink.objects.get().user == alice


def test_who_may_not_change_users_sets_no_passwords(carol: User, alice: User) -> None:
    carol.user_permissions.add(Permission.objects.get(codename="add_onetimelink"))
    page = browser(carol).post(ADD, {"kind": "reset", "user": alice.pk, "days": "7"}).content.decode()
    assert "You may not change users." in page
