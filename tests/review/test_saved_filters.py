"""Saved filters: one's own, those that others share, and nobody else's hand on them."""

import pytest
from django.contrib.auth.models import User

from chat.audit import Actor
from chat.errors import BadRequest, Conflict, NotFound
from chat.models import AuditEntry, SavedFilter
from chat.review import saved_filters as shelf
from chat.review.filters import Filter
from chat.review.saved_filters import change_filter, delete_filter, save_filter, saved_filters


@pytest.fixture
def carols(carol: User) -> Actor:
    return Actor(carol.pk, "admin")


def test_a_filter_is_saved_renamed_shared_and_deleted(carol: User, dave: User, carols: Actor) -> None:
    key = save_filter(carols, "  Failed \n ones ", Filter(status=("failed",)))
    assert [(one.name, one.query, one.owner) for one in saved_filters(carol.pk)] == [
        ("Failed ones", "status=failed", "")
    ]
    assert saved_filters(dave.pk) == []
    change_filter(carols, key, name="What failed", shared=True)
    save_filter(Actor(dave.pk, "admin"), "Z", Filter())
    assert [(one.name, one.owner) for one in saved_filters(dave.pk)] == [("Z", ""), ("What failed", "carol")]
    for forbidden in (delete_filter, change_filter):
        with pytest.raises(NotFound):
            forbidden(Actor(dave.pk, "admin"), key)
    gone = delete_filter(carols, key)
    assert (gone.name, gone.query, gone.shared) == ("What failed", "status=failed", True)
    assert SavedFilter.objects.filter(owner=carol).count() == 0
    entries = AuditEntry.objects.filter(action="save_filter", actor=carol.pk).order_by("id")
    assert [entry.details["change"] for entry in entries] == ["saved", "changed", "deleted"]
    assert "ailed" not in str([entry.details for entry in entries]), "no names"


def test_what_cannot_be_saved_is_refused(carols: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    save_filter(carols, "One", Filter())
    with pytest.raises(Conflict):
        save_filter(carols, "One", Filter())
    for name in ("", " \0 ", "x" * 101):
        with pytest.raises(BadRequest):
            save_filter(carols, name, Filter())
    monkeypatch.setattr(shelf, "MOST", 1)
    with pytest.raises(Conflict):
        save_filter(carols, "Two", Filter())
    assert SavedFilter.objects.count() == 1
