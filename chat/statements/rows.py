"""Whole rows that are written, each by one statement that is made once for their table."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

from chat.statements.prepared import Prepare, preparing
from chat.statements.written import Written

M = TypeVar("M", bound=models.Model)


class _Column(NamedTuple):
    """Where a row says no value it is what `default` gives, or else the constant, which is prepared."""

    name: str
    prepare: Prepare
    default: Callable[[], Any] | None
    constant: Any


class Insert(Generic[M]):
    """A new row, as `save(force_insert=True)` writes it, of some values and the model's defaults.

    It needs no instance: to make one takes as long as SQLite takes to store it.
    """

    def __init__(self, model: type[M]) -> None:
        self._meta = model._meta
        assert model._meta.pk is not None
        self._pk = model._meta.pk
        self._given = isinstance(self._pk, models.AutoField)
        self._kept: tuple[Written, tuple[_Column, ...]] | None = None

    def __call__(self, **values: Any) -> Any:
        """The row's key. Values go by the names that instances keep them by (`conversation_id`)."""
        statement, columns = self._kept or self._compile()
        if not self._given and self._pk.attname not in values:
            values[self._pk.attname] = self._pk.get_default()
        key = values.get(self._pk.attname)
        params = []
        for name, prepare, default, constant in columns:
            if name in values:
                params.append(prepare(values.pop(name)))
            else:
                params.append(constant if default is None else prepare(default()))
        if values:
            raise TypeError(f"{self._meta.label} has no {', '.join(values)}")
        if self._given:
            return statement.run(params, _key)
        statement.count(params)
        return key

    def row(self, row: M) -> None:
        """One of which there is an instance, and so its key."""
        statement, columns = self._kept or self._compile()
        statement.count([column.prepare(row.__dict__[column.name]) for column in columns])
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS

    def _compile(self) -> tuple[Written, tuple[_Column, ...]]:
        fields = [field for field in self._meta.concrete_fields if not (self._given and field.primary_key)]
        sql = _insert_into(self._meta, fields)
        if self._given and connection.vendor != "sqlite":
            sql += f' RETURNING "{self._pk.column}"'
        self._kept = Written(sql), tuple(_column(field) for field in fields)
        return self._kept


def _column(field: Any) -> _Column:
    prepare = preparing(field)
    if field.has_default() and callable(field.default):
        return _Column(field.attname, prepare, field.default, None)
    return _Column(field.attname, prepare, None, prepare(field.get_default()))


def _insert_into(meta: Any, fields: Sequence[Any]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608


def _key(cursor: Any) -> int:
    return int(cursor.lastrowid if connection.vendor == "sqlite" else cursor.fetchone()[0])


class Upsert(Generic[M]):
    """Rows whose keys are known, new or in place of those that have the same keys."""

    def __init__(self, model: type[M]) -> None:
        self._meta = model._meta
        self._kept: tuple[Written, list[tuple[str, Prepare]]] | None = None

    def __call__(self, rows: Iterable[M]) -> None:
        statement, fields = self._kept or self._compile()
        values = [[prepare(row.__dict__[name]) for name, prepare in fields] for row in rows]
        statement.many(values)

    def _compile(self) -> tuple[Written, list[tuple[str, Prepare]]]:
        fields = self._meta.concrete_fields
        (key,) = (field.column for field in fields if field.primary_key)
        changed = (field.column for field in fields if not field.primary_key)
        changes = ", ".join(f'"{column}" = excluded."{column}"' for column in changed)
        sql = f'{_insert_into(self._meta, fields)} ON CONFLICT ("{key}") DO UPDATE SET {changes}'
        self._kept = Written(sql), [(field.attname, preparing(field)) for field in fields]
        return self._kept
