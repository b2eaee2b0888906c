"""What a user chose is kept, and who chose nothing has the site's ways."""

import pytest
from django.contrib.auth.models import User

from chat.access.preferences import Chosen, preferences_of
from chat.actions.preferences import choose


def test_who_chose_nothing_has_the_sites_ways(alice: User) -> None:
    assert preferences_of(alice.pk) == Chosen()
    assert preferences_of(alice.pk).resume_window(30) == 30


def test_a_choice_leaves_the_others_as_they_were(alice: User, bob: User) -> None:
    choose(alice.pk, theme="dark")
    choose(alice.pk, language="zh-hans")
    assert preferences_of(alice.pk) == Chosen(theme="dark", language="zh-hans")
    assert preferences_of(bob.pk) == Chosen()


@pytest.mark.parametrize(("leaving", "window"), [("stop", 0), ("after", 90), ("finish", None), ("site", 30)])
def test_leaving_the_page_is_a_choice(alice: User, leaving: str, window: float | None) -> None:
    choose(alice.pk, leaving=leaving, leaving_seconds=90)
    assert preferences_of(alice.pk).resume_window(30) == window
