"""Rows as lines and back, by the models that the tables were made for: those of the migrations they have."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, JSONField, Model

SECRETS: Final = frozenset({"sessions.session", "chat.signin"})
"""Whoever has a session's key is signed in. Only with `--secrets`."""
LEFT_OUT: Final = frozenset({"chat.searchentry", "chat.spentfrom"})
"""The one is made anew after a restore: each database keeps the words of texts in its own way. The other is
what was used from addresses, which is not kept for longer than its month."""
FIELDS_LEFT_OUT: Final = {"chat.completion": frozenset({"place"})}
"""From where a reply was asked is not kept for longer than it runs."""
LAST: Final = ("chat.stalesums",)
"""Triggers write into these while others are filled."""
READ_AT_ONCE: Final = 2000
WRITTEN_AT_ONCE: Final = 500

AnyModel = type[Model]


def models_as_applied() -> list[AnyModel]:
    """The models of the tables as they are now, whatever the code's models are."""
    executor = MigrationExecutor(connection)
    applied = [name for name in executor.loader.applied_migrations if name in executor.loader.graph.nodes]
    apps = executor.loader.project_state(applied).apps
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return sorted(found, key=lambda model: (label(model) in LAST, label(model)))


def label(model: AnyModel) -> str:
    return model._meta.label_lower


def columns(model: AnyModel) -> "list[Field[Any, Any]]":
    left_out = FIELDS_LEFT_OUT.get(label(model), frozenset())
    return [field for field in model._meta.concrete_fields if field.name not in left_out]


def names(model: AnyModel) -> list[str]:
    return [field.attname for field in columns(model)]


def count(model: AnyModel) -> int:
    return model._base_manager.count()


def lines(model: AnyModel) -> Iterator[bytes]:
    """Each row as a line of JSON, by the key's order; never many at once."""
    encoder = msgspec.json.Encoder()
    for row in model._base_manager.order_by("pk").values_list(*names(model)).iterator(READ_AT_ONCE):
        yield encoder.encode(row) + b"\n"


def fill(model: AnyModel, fields: list[str], rows: Iterable[bytes]) -> Iterator[int]:
    """Put the rows in the place of those that are there; how many are in, after each batch."""
    if model._base_manager.exists():  # of the audit log none may be deleted, and none is there
        model._base_manager.all()._raw_delete(connection.alias)
    known = {field.attname: field for field in columns(model)}
    chosen = [known[name] for name in fields]
    done, batch = 0, []
    for row in rows:
        values = zip(chosen, msgspec.json.decode(row), strict=True)
        batch.append(model(**{field.attname: _value(field, value) for field, value in values}))
        if len(batch) == WRITTEN_AT_ONCE:
            model._base_manager.bulk_create(batch)
            done, batch = done + len(batch), []
            yield done
    if batch:
        model._base_manager.bulk_create(batch)
        yield done + len(batch)


def _value(field: "Field[Any, Any]", value: Any) -> Any:
    return value if value is None or isinstance(field, JSONField) else field.to_python(value)


def go_on_counting(models: list[AnyModel]) -> None:
    """Numbers that the database gives out begin after those that were filled in."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
