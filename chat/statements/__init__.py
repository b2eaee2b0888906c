"""Statements of the hot path: what Django makes of a query, kept, and run again with other values.

Django builds the SQL of a query anew each time it is run, which takes several times as long as SQLite takes
to run it (`python benchmarks/statements.py` says how many); and its cursors take longer than SQLite, too, so
that the driver's own is used. A statement is written as any query, with a `Param` for each value that is not
known yet, or by hand (`Written`), and gives rows or counts; it knows no instances and no signals.
"""

from chat.statements.one_go import in_one_go
from chat.statements.prepared import key_of, stored_key, told_key
from chat.statements.queries import Among, Delete, Param, Select, Update
from chat.statements.rows import Insert, Upsert
from chat.statements.written import Written

__all__ = [
    "Among",
    "Delete",
    "Insert",
    "Param",
    "Select",
    "Update",
    "Upsert",
    "Written",
    "in_one_go",
    "key_of",
    "stored_key",
    "told_key",
]
