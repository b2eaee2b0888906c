"""Whole rows that are written, each by one statement that is made once for their table."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

from chat.statements.prepared import Prepare, as_it_is, preparing
from chat.statements.written import Written

M = TypeVar("M", bound=models.Model)


class _Column(NamedTuple):
    """Where a row says no value it is what `default` gives, or else the constant, which is prepared."""

    name: str
    prepare: Prepare
    default: Callable[[], Any] | None
    constant: Any


class _Shape(NamedTuple):
    """Of the values that one caller gives."""

    statement: Written
    constants: list[Any]
    """Of all columns; of others than constants it is not looked at."""
    given: list[tuple[int, Prepare, str]]
    made: list[tuple[int, Prepare, Callable[[], Any]]]
    """What the model makes anew for each row."""


class Insert(Generic[M]):
    """A new row, as `save(force_insert=True)` writes it, of some values and the model's defaults.

    It needs no instance: to make one takes as long as SQLite takes to store it. What is constant is prepared
    once for each set of values that callers give, which are few: that halves what a row costs here.
    """

    def __init__(self, model: type[M], *, tells_key: bool = True) -> None:
        self._meta = model._meta
        assert model._meta.pk is not None
        self._pk = model._meta.pk
        self._given = isinstance(self._pk, models.AutoField)
        self._tells_key = tells_key
        """Of a key that the database gives: it would be waited for."""
        self._kept: tuple[Written, tuple[_Column, ...]] | None = None
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def __call__(self, **values: Any) -> Any:
        """The row's key, where it is told. Values go by the names that instances have for them."""
        if not self._given and self._pk.attname not in values:
            values[self._pk.attname] = self._pk.get_default()
        names = tuple(values)
        shape = self._shapes.get(names) or self._shape(names)
        params = shape.constants.copy()
        for place, prepare, name in shape.given:
            params[place] = prepare(values[name])
        for place, prepare, default in shape.made:
            params[place] = prepare(default())
        if self._given and self._tells_key:
            return shape.statement.run(params, _key)
        shape.statement.send(params)
        return values.get(self._pk.attname)

    def _shape(self, names: tuple[str, ...]) -> _Shape:
        statement, columns = self._kept or self._compile()
        if unknown := set(names) - {column.name for column in columns}:
            raise TypeError(f"{self._meta.label} has no {', '.join(sorted(unknown))}")
        places = {column.name: place for place, column in enumerate(columns)}
        shape = self._shapes[names] = _Shape(
            statement,
            [column.constant for column in columns],
            [(places[name], columns[places[name]].prepare, name) for name in names],
            [
                (place, column.prepare, column.default)
                for place, column in enumerate(columns)
                if column.default is not None and column.name not in names
            ],
        )
        return shape

    def row(self, row: M) -> None:
        """One of which there is an instance, and so its key."""
        statement, columns = self._kept or self._compile()
        statement.send([column.prepare(row.__dict__[column.name]) for column in columns])
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS

    def _compile(self) -> tuple[Written, tuple[_Column, ...]]:
        fields = [field for field in self._meta.concrete_fields if not (self._given and field.primary_key)]
        sql = _insert_into(self._meta, fields)
        if self._given and self._tells_key and connection.vendor != "sqlite":
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
    """Rows whose keys are known, new or in place of those that have the same keys. Each says all its values,
    by the names that instances keep them by; those of `as_stored` were read so, and go back as they are.
    """

    def __init__(self, model: type[M], *, as_stored: Collection[str] = frozenset()) -> None:
        self._meta = model._meta
        self._as_stored = as_stored
        self._kept: tuple[Written, list[tuple[str, Prepare]]] | None = None

    def __call__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        statement, fields = self._kept or self._compile()
        statement.many([[prepare(row[name]) for name, prepare in fields] for row in rows])

    def _compile(self) -> tuple[Written, list[tuple[str, Prepare]]]:
        fields = self._meta.concrete_fields
        (key,) = (field.column for field in fields if field.primary_key)
        changed = (field.column for field in fields if not field.primary_key)
        changes = ", ".join(f'"{column}" = excluded."{column}"' for column in changed)
        sql = f'{_insert_into(self._meta, fields)} ON CONFLICT ("{key}") DO UPDATE SET {changes}'
        self._kept = (
            Written(sql),
            [
                (field.attname, as_it_is if field.attname in self._as_stored else preparing(field))
                for field in fields
            ],
        )
        return self._kept
