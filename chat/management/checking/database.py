"""The database: there, of a version that will do, with our tables, on a disk that it can trust, with room."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import Error, connection

from chat import database
from chat.management.checking.finding import Finding, ok, problem, warning
from chat.management.checking.site import room
from chat.models import Server
from chatsite import page_limit, schema

PART: Final = "database"
OLDEST_POSTGRESQL: Final = 14
OF_OTHER_MACHINES: Final = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "fuse.sshfs",
        "fuse.s3fs",
    }
)
"""File systems on which SQLite's locks and its log do not hold what they promise."""
MOUNTS: Final = Path("/proc/self/mountinfo")


def look() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except Error as error:
        yield problem(PART, f"It cannot be reached: {_short(error)}", "Start it, or correct DATABASE_URL.")
        return
    try:
        yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()
        yield _migrations(schema.state())
    except Error as error:
        yield problem(PART, f"It does not answer as it should: {_short(error)}", "Look into its own log.")


def _migrations(state: schema.State) -> Finding:
    if state.refusal is not None:
        return problem(
            "migrations", state.refusal.partition(". ")[0] + ".", "docs/operations.md, Going back."
        )
    if state.missing:
        return problem(
            "migrations",
            f"{len(state.missing)} are not applied.",
            "Make a backup (manage.py chat_backup FILE), then: manage.py migrate",
        )
    return ok("migrations", "All are applied.")


def _sqlite() -> Iterator[Finding]:
    path = Path(connection.settings_dict["NAME"])
    found = False
    kind = file_system(path)
    if kind in OF_OTHER_MACHINES:
        found = True
        yield problem(
            PART,
            f"{path} lies on a disk of another machine ({kind}), where SQLite loses data.",
            "Move it to a local disk, or use PostgreSQL (DATABASE_URL).",
        )
    mode = str(_one("PRAGMA journal_mode"))
    if mode != "wal":
        found = True
        yield problem(
            PART,
            f"{path} is not in WAL mode but in {mode!r}: readers and the writer wait for each other.",
            "Something forbids it there: a disk of another machine, or a folder that cannot be written.",
        )
    if (full := room(PART, path.parent)) is not None:
        found = True
        yield full
    if not found:
        size = path.stat().st_size / 1e6
        yield ok(PART, f"SQLite {'.'.join(map(str, _sqlite_version()))}, {path}, {size:,.1f} MB, WAL.")


def _sqlite_version() -> tuple[int, ...]:
    import sqlite3

    return sqlite3.sqlite_version_info


def _postgresql() -> Iterator[Finding]:
    version = int(_one("SHOW server_version_num"))
    if version // 10_000 < OLDEST_POSTGRESQL:
        yield problem(
            PART,
            f"PostgreSQL {version // 10_000} is too old.",
            f"Upgrade it to {OLDEST_POSTGRESQL} or newer.",
        )
        return
    yield ok(PART, f"PostgreSQL {_one('SHOW server_version')}.")
    tables = connection.introspection.table_names()
    servers = max(Server.objects.count() if Server._meta.db_table in tables else 0, 1)
    each = database.WRITERS + database.READERS + database.LOOKERS + page_limit.PLACES
    most = int(_one("SHOW max_connections")) - int(_one("SHOW superuser_reserved_connections"))
    taken = int(_one("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"))
    says = (
        f"{servers} servers may need {servers * each} connections at most, of {most}; {taken} are open now."
    )
    if servers * each > most:
        yield warning(
            "connections",
            says,
            f"Raise max_connections to {servers * each + 10} or more, or run fewer servers.",
        )
    else:
        yield ok("connections", says)
    if servers > 1 and not settings.REDIS_URL:
        yield warning(
            "connections",
            f"{servers} servers have no Redis: each reads the others' replies from their rows.",
            "Set REDIS_URL.",
        )


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """What kind of file system a path lies on; nothing where the system does not tell."""
    if not mounts.is_file():
        return ""
    path = path.resolve()
    best, kind = -1, ""
    for line in mounts.read_text().splitlines():
        left, _, right = line.partition(" - ")
        point = Path(left.split()[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    return kind


def _one(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _short(error: Exception) -> str:
    """The driver's own sentence: it names the host, and never a password."""
    return str(error).strip().splitlines()[0]
