"""The administration leads to the review desk: to the pages of it that somebody may open."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

pytestmark = pytest.mark.django_db


def index(user: User) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get("/admin/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_reviewer_is_led_to_the_queues_and_not_to_the_log() -> None:
    reviewer = User.objects.create_user("reviewer", is_staff=True)
    reviewer.groups.add(Group.objects.get(name="Reviewers"))
    page = index(reviewer)
    assert 'href="/admin/review/queue/new/"' in page
    assert "/admin/review/audit/" not in page


def test_an_auditor_is_led_to_the_log_alone(erin: User) -> None:
    page = index(erin)
    assert 'href="/admin/review/audit/"' in page
    assert "/admin/review/queue/" not in page


@pytest.mark.parametrize(
    ("permissions", "led"),
    [
        (["view_legalhold"], {"policy/"}),
        (["view_retentionrule"], {"policy/"}),
        (["judge_conversations"], set()),
        (["export_conversations"], set()),
        (["review_conversations", "export_conversations"], {"", "exports/"}),
    ],
)
def test_all_that_one_may_open_is_offered_and_no_page_that_refuses(
    permissions: list[str], led: set[str]
) -> None:
    user = User.objects.create_user("user", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert set(re.findall(r'href="/admin/review/([a-z/]*)"', index(user))) == led
    client = Client()
    client.force_login(user)
    for page in led:
        assert client.get(f"/admin/review/{page}").status_code == 200


def test_whoever_may_open_nothing_of_the_desk_sees_nothing_of_it() -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    assert "/admin/review/" not in index(clerk)


def test_the_administration_has_the_icon_of_the_site(dave: User) -> None:
    assert '<link rel="icon"' in index(dave)


@pytest.mark.parametrize("address", ["/admin/review/", "/admin/review/figures/"])
def test_one_page_is_marked_as_the_current_one(dave: User, address: str) -> None:
    client = Client()
    client.force_login(dave)
    sidebar = client.get(address).content.decode().partition('id="nav-sidebar"')[2].partition("</nav>")[0]
    assert sidebar.count('aria-current="page"') == 1
    assert f'href="{address}" aria-current="page"' in sidebar
