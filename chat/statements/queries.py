"""Queries of Django's that are compiled once: they read, change and delete by values given each time."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

from django.db import connection, models
from django.db.models import Expression, F, Field, Func, QuerySet
from django.db.models.sql import DeleteQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from chat.statements.prepared import Prepare, as_it_is, preparing
from chat.statements.written import Written


class Param(Expression):
    """The place of a value in a query; `field` says of what kind it is. `as_stored`: it was read so."""

    def __init__(self, name: str, field: "Field[Any, Any]", *, as_stored: bool = False) -> None:
        super().__init__(output_field=field)
        self.name = name
        self.as_stored = as_stored

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def preparing(self) -> Prepare:
        return as_it_is if self.as_stored else preparing(self.output_field)


class Among(Func):
    """Whether a column is one of several values, which are one `Param`: their number is not in the SQL."""

    template = "%(expressions)s"
    output_field = models.BooleanField()

    def __init__(self, column: str, several: Param) -> None:
        super().__init__(F(column), _Several(several.name, several.output_field, as_stored=several.as_stored))

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" IN ")

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" = ANY ")


class _Several(Param):
    """A list, which PostgreSQL takes as such, and SQLite as JSON."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if connection.vendor == "postgresql":
            return f"(%s::{self.output_field.db_type(connection)}[])", [self]
        return "(SELECT value FROM json_each(%s))", [self]

    def preparing(self) -> Prepare:
        one = super().preparing()
        if connection.vendor == "postgresql":
            return lambda values: [one(value) for value in values]
        return lambda values: json.dumps([one(value) for value in values])


class _Compiled(Written):
    """A statement in the dialect of the site's database."""

    __slots__ = ("_places", "compiler", "converters")

    def __init__(
        self,
        compiler: SQLCompiler,
        *,
        gives_rows: bool,
        as_stored: Collection[int] = frozenset(),
        ending: str = "",
    ) -> None:
        sql, params = cast("tuple[str, Sequence[Any]]", compiler.as_sql())
        plan_is_kept = gives_rows or bool(ending)
        if plan_is_kept and connection.vendor == "postgresql":
            sql, params = _with_constants(sql, params)
        super().__init__(sql + ending, plan_is_kept=plan_is_kept)
        self._places = [
            (each.name, each.preparing()) if isinstance(each, Param) else (None, each) for each in params
        ]
        self.compiler = compiler
        found = compiler.get_converters([each[0] for each in compiler.select or ()]) if gives_rows else {}
        self.converters = {place: found[place] for place in found if place not in as_stored}

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        return [given if name is None else given(values[name]) for name, given in self._places]


def _with_constants(sql: str, params: Sequence[Any]) -> tuple[str, list[Param]]:
    """The same SQL with its constants in it. As parameters they would keep a plan that is made for all values
    from indexes that are of some rows only.
    """
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    left = iter(params)
    kept: list[Param] = []

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        value = next(left)
        if isinstance(value, Param):
            kept.append(value)
            return "%s"
        return str(cursor.mogrify("%s", [value])).replace("%", "%%")

    return re.sub("%[%s]", place, sql), kept


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
        return compiled.count(compiled.bound(values))

    def send(self, **values: Any) -> None:
        """Without asking how many they were: see `Written.send`."""
        compiled = self._compiled()
        compiled.send(compiled.bound(values))


class Select(_Statement):
    """The rows of a query of `values_list`, as tuples.

    `as_stored`: the places of columns that are given as the database stores them. Keys that only find each
    other need not become UUIDs, which takes longer than all else that is done with a row.
    """

    def __init__(
        self, build: Callable[[], QuerySet[Any, Any]], *, as_stored: Collection[int] = frozenset()
    ) -> None:
        super().__init__(build)
        self._as_stored = as_stored

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        compiled = self._compiled()
        rows = compiled.rows(compiled.bound(values))
        if compiled.converters:
            rows = [tuple(row) for row in compiled.compiler.apply_converters(rows, compiled.converters)]
        return rows

    def row(self, **values: Any) -> tuple[Any, ...] | None:
        """The first one."""
        return next(iter(self.rows(**values)), None)

    def _compile(self) -> _Compiled:
        compiler = self._build().query.get_compiler(connection=connection)
        return _Compiled(compiler, gives_rows=True, as_stored=self._as_stored)


class Update(_Change):
    """Sets these columns, each to a value of its own name, in the rows of a query; how many there were.

    `returning`: a column that is told of each of them, as the database stores it.
    """

    def __init__(self, build: Callable[[], QuerySet[Any]], *columns: str, returning: str = "") -> None:
        super().__init__(build)
        self._columns = columns
        self._returning = returning

    def told(self, **values: Any) -> list[Any]:
        """What `returning` names."""
        compiled = self._compiled()
        return [value for (value,) in compiled.rows(compiled.bound(values))]

    def _compile(self) -> _Compiled:
        rows = self._build()
        query: Any = rows.query.chain(UpdateQuery)
        fields = {name: rows.model._meta.get_field(name) for name in self._columns}
        query.add_update_values({name: Param(name, cast(Any, field)) for name, field in fields.items()})
        ending = f' RETURNING "{self._returning}"' if self._returning else ""
        return _Compiled(query.get_compiler(connection=connection), gives_rows=False, ending=ending)


class Delete(_Change):
    """Deletes the rows of a query, and nothing that hangs on them; how many there were."""

    def _compile(self) -> _Compiled:
        query = self._build().query.chain(DeleteQuery)
        return _Compiled(query.get_compiler(connection=connection), gives_rows=False)
