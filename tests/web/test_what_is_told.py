"""What users are told: whether somebody may read what they write, and what deleting means at this site."""

from html import unescape

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from chat.models import Conversation

pytestmark = pytest.mark.django_db

READ = "Reviewers of this site may read conversations."
FLAGGED = "Reviewers of this site may read conversations that were flagged."
NOBODY = "Nobody at this site reviews your conversations."


def page(client: Client, address: str = "/") -> str:
    return unescape(client.get(address).content.decode())


@pytest.mark.parametrize(("review", "said"), [("all", READ), ("flagged", FLAGGED), ("off", NOBODY)])
def test_it_is_said_before_the_first_question_and_in_the_settings(
    alices: Client, settings: Settings, review: str, said: str
) -> None:
    settings.CHAT_REVIEW = review
    assert said in page(alices)
    assert said in page(alices, "/settings/data/")


def test_who_is_exempt_is_told_that_nobody_reads_for_one_query_more(
    alice: User,
    alices: Client,
    bobs: Client,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    page(alices)
    with django_assert_num_queries(5) as before:
        page(alices)
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Legal"]
    alice.groups.add(Group.objects.create(name="Legal"))
    with django_assert_num_queries(len(before) + 1):
        assert NOBODY in page(alices)
    assert READ in page(bobs)


@pytest.mark.parametrize(
    ("review", "temporary", "said"),
    [
        ("all", "reviewed", "Until then administrators can read it."),
        ("flagged", "reviewed", "Until then administrators can read it if it is flagged."),
        ("all", "private", "Administrators cannot read it."),
        ("off", "reviewed", "Administrators cannot read it."),
    ],
)
def test_a_temporary_chat_says_whether_it_is_read(
    alice: User, alices: Client, settings: Settings, review: str, temporary: str, said: str
) -> None:
    settings.CHAT_REVIEW, settings.CHAT_TEMPORARY_CHATS = review, temporary
    row = Conversation.objects.create(owner=alice, temporary=True)
    assert said in page(alices, f"/c/{row.id}/")


def test_deleting_says_when_it_is_for_good(alices: Client, settings: Settings) -> None:
    assert "as soon as you can undo it no more" in page(alices, "/settings/data/")
    assert '"conversation_hidden": "The conversation was deleted."' in page(alices)
    settings.CHAT_PURGE_DAYS = 30
    settings_page = page(alices, "/settings/data/")
    assert "hidden at once and gone for good after 30 days" in settings_page
    assert "are hidden, and gone for good after 30 days;" in settings_page
    assert "It is gone for good after 30 days." in page(alices)


def test_that_something_may_be_kept_is_said_and_not_whether(alices: Client) -> None:
    assert "stays hidden until that is settled" in page(alices, "/settings/data/")
