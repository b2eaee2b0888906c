"""What the database's driver takes for a value of a field: as `get_db_prep_save` says, in few steps.

Nearly all values are plain ones. What Django does for them depends on the field and their type alone, so it
is looked up once, and not asked for through the field and the connection each time (ten times as slow).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from json import JSONEncoder
from operator import attrgetter
from types import NoneType
from typing import Any, Final
from uuid import UUID

from django.db import connection, models
from django.db.models import Field

Prepare = Callable[[Any], Any]
_TO_JSON: Final = JSONEncoder().encode


def stored_key(key: UUID) -> Any:
    """A key as the database stores it: for a statement by hand, or beside rows that are read `as_stored`."""
    return key.hex if connection.vendor == "sqlite" else key


def key_of(stored: Any) -> Any:
    """The UUID, or None, of a key that was read `as_stored`."""
    return UUID(stored) if isinstance(stored, str) else stored


def told_key(stored: Any) -> str:
    """The key as clients know it, of one that was read `as_stored`; by a UUID it takes 4 times as long."""
    if isinstance(stored, str):
        return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
    return str(stored)


def preparing(field: "Field[Any, Any]") -> Prepare:
    """The way of the values of this field, on the site's database."""

    def in_django(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    ways = _short_ways(_target(field), in_django)

    def prepare(value: Any) -> Any:
        way = ways.get(type(value))
        if way is None:
            is_choice = str in ways and isinstance(value, models.TextChoices)
            way = ways[type(value)] = as_it_is if is_choice else in_django
        return way(value)

    return prepare


def _target(field: "Field[Any, Any]") -> "Field[Any, Any]":
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _short_ways(field: "Field[Any, Any]", in_django: Prepare) -> dict[type, Prepare]:
    """By type; other types, and values that mean something to Django, go Django's way."""
    kind = field.get_internal_type()
    on_sqlite = connection.vendor == "sqlite"
    if kind in {"CharField", "TextField"}:
        return {NoneType: as_it_is, str: as_it_is}
    if kind == "BooleanField":
        return {NoneType: as_it_is, bool: as_it_is}
    if kind == "UUIDField":
        return {NoneType: as_it_is, UUID: attrgetter("hex") if on_sqlite else as_it_is}
    if kind == "DateTimeField" and connection.timezone is UTC:

        def moment(value: datetime) -> Any:
            if value.tzinfo is not UTC:
                return in_django(value)
            return str(value.replace(tzinfo=None)) if on_sqlite else value

        return {NoneType: as_it_is, datetime: moment}
    if kind.endswith(("IntegerField", "AutoField")):
        # For PostgreSQL Django says of which size they are, and psycopg cuts them to that.
        return {NoneType: as_it_is, int: as_it_is}
    if isinstance(field, models.JSONField) and field.encoder is None and on_sqlite:
        return {NoneType: as_it_is, dict: _TO_JSON, list: _TO_JSON}
    return {}


def as_it_is(value: Any) -> Any:
    return value
