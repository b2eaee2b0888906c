"""What the driver is given for a value of a field is what Django would give it, by whichever way."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Field, Value
from django.utils.translation import gettext_lazy

from chat.models import Completion, Message
from chat.models.status import Status
from chat.statements.prepared import preparing, stored_key, told_key

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 27, 13, 5, 0, 250, tzinfo=UTC)
EAST = timezone(timedelta(hours=8))
KEY = UUID("01a21d22-d499-752c-b10b-342bffcd611f")
VALUES: dict[str, tuple[Any, ...]] = {
    "CharField": ("", "世界 😀", Status.FAILED, gettext_lazy("model"), None),
    "TextField": ("", "%s and %", Status.FAILED, None),
    "BooleanField": (True, False, None),
    "UUIDField": (KEY, str(KEY), None),
    "DateTimeField": (MOMENT, MOMENT.replace(microsecond=0), MOMENT.astimezone(EAST), None),
    "JSONField": ({}, [], {"a": [1, None, "世 "]}, "text", 0.5, None),
    "PositiveIntegerField": (0, 7, None),
    "PositiveSmallIntegerField": (0, 7, "3", None),
    "BigAutoField": (7, "7", None),
    "AutoField": (7, "7", None),
}


def fields() -> "list[Field[Any, Any]]":
    return [
        field for model in apps.get_app_config("chat").get_models() for field in model._meta.concrete_fields
    ]


def kind_of(field: Any) -> str:
    while field.remote_field is not None:
        field = field.target_field
    return str(field.get_internal_type())


def told(value: Any) -> Any:
    """PostgreSQL's wrappers of documents do not compare by what they hold; those of numbers cut them to a
    size, and ours have none.
    """
    kind = int if isinstance(value, int) and not isinstance(value, bool) else type(value)
    return (kind, getattr(value, "obj", value))


def test_it_is_what_django_gives_for_each_field_and_value() -> None:
    compared = 0
    for field in fields():
        for value in VALUES.get(kind_of(field), ()):
            ours, djangos = preparing(field)(value), field.get_db_prep_save(value, connection)
            assert told(ours) == told(djangos), (field, value)
            compared += 1
    assert compared > 500


def test_an_expression_and_json_s_null_mean_what_they_mean_to_django() -> None:
    parts = Message._meta.get_field("parts")
    null = Value(None, parts)
    assert told(preparing(parts)(null)) == told(parts.get_db_prep_save(null, connection))
    text = Value("text")
    assert preparing(Message._meta.get_field("content"))(text) is text


def test_a_moment_without_a_zone_is_told_of_as_by_django() -> None:
    with pytest.warns(RuntimeWarning, match="naive"):
        preparing(Completion._meta.get_field("ended"))(MOMENT.replace(tzinfo=None))


def test_a_stored_key_is_told_as_clients_know_it() -> None:
    assert told_key(stored_key(KEY)) == str(KEY)
