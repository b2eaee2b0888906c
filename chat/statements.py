"""Statements of the hot path: what Django makes of a query, kept, and run again with other values.

Django builds the SQL of a query anew each time it is run, which takes several times as long as SQLite takes
to run it (`python benchmarks/statements.py` says how many). A statement is written as any query, with a
`Param` for each value that is not known yet, and gives rows or counts; it knows no instances and no signals.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql import DeleteQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)


class Param(Expression):
    """The place of a value in a query; `field` says of what kind it is."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


def _bound(params: Sequence[Any], values: dict[str, Any]) -> list[Any]:
    return [
        param.output_field.get_db_prep_save(values[param.name], connection)
        if isinstance(param, Param)
        else param
        for param in params
    ]


class _Compiled:
    """A statement in the dialect of the site's database; `connection` stands for each thread's own."""

    __slots__ = ("compiler", "converters", "params", "sql")

    def __init__(self, compiler: SQLCompiler, *, gives_rows: bool) -> None:
        sql, params = compiler.as_sql()
        self.sql = sql
        self.params = tuple(params)
        self.compiler = compiler
        self.converters = (
            compiler.get_converters([each[0] for each in compiler.select or ()]) if gives_rows else {}
        )


class _Statement(ABC):
    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept: _Compiled | None = None

    def _compiled(self) -> _Compiled:
        """Two threads that come first build it twice, which does no harm."""
        if self._kept is None:
            self._kept = self._compile()
        return self._kept

    @abstractmethod
    def _compile(self) -> _Compiled: ...


class _Change(_Statement):
    def __call__(self, **values: Any) -> int:
        compiled = self._compiled()
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, _bound(compiled.params, values))
            return int(cursor.rowcount)


class Select(_Statement):
    """The rows of a query of `values_list`, as tuples."""

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        compiled = self._compiled()
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, _bound(compiled.params, values))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if compiled.converters:
            rows = [tuple(row) for row in compiled.compiler.apply_converters(rows, compiled.converters)]
        return rows

    def row(self, **values: Any) -> tuple[Any, ...] | None:
        """The first one."""
        return next(iter(self.rows(**values)), None)

    def _compile(self) -> _Compiled:
        return _Compiled(self._build().query.get_compiler(connection=connection), gives_rows=True)


class Update(_Change):
    """Sets these columns, each to a value of its own name, in the rows of a query; how many there were."""

    def __init__(self, build: Callable[[], QuerySet[Any]], *columns: str) -> None:
        super().__init__(build)
        self._columns = columns

    def _compile(self) -> _Compiled:
        rows = self._build()
        query: Any = rows.query.chain(UpdateQuery)
        fields = {name: rows.model._meta.get_field(name) for name in self._columns}
        query.add_update_values({name: Param(name, cast(Any, field)) for name, field in fields.items()})
        return _Compiled(query.get_compiler(connection=connection), gives_rows=False)


class Delete(_Change):
    """Deletes the rows of a query, and nothing that hangs on them; how many there were."""

    def _compile(self) -> _Compiled:
        query = self._build().query.chain(DeleteQuery)
        return _Compiled(query.get_compiler(connection=connection), gives_rows=False)


class Insert(Generic[M]):
    """A new row, as `save(force_insert=True)` writes it: a key that the database gives is set on it."""

    def __init__(self, model: type[M]) -> None:
        meta = model._meta
        self._given = isinstance(meta.pk, models.AutoField)
        self._fields = [field for field in meta.concrete_fields if not (self._given and field.primary_key)]
        columns = ", ".join(f'"{field.column}"' for field in self._fields)
        places = ", ".join(["%s"] * len(self._fields))
        self._sql = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608
        if self._given:
            assert meta.pk is not None
            self._sql += f' RETURNING "{meta.pk.column}"'

    def __call__(self, row: M) -> M:
        params = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            if self._given:
                row.pk = cursor.fetchone()[0]
        row._state.adding = False
        row._state.db = connection.alias
        return row
