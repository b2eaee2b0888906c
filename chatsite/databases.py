"""What Django needs to know about a database, from one URL. Never opens it; makes the folder of a file."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
ALLOWED = "sqlite:///path/to/file, or postgres://user:password@host:5432/name"
NOTICED = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,  # ms; Linux
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
"""Without these, a PostgreSQL host that swallows packets holds a thread for minutes."""
BUSY_SECONDS = 10
"""How long a writer waits for another one, on SQLite."""
KEPT_SECONDS = 600
"""How long a thread that makes pages keeps its connection to PostgreSQL. SQLite's costs nothing to make."""
WAL_PAGES = 4000
"""SQLite's log of writes is brought into the database each time that it has so many (16 MB; by default 1000).
An ask writes some 23 pages, and the next one mostly the same: what waits longer is written less often."""


def database(url: str) -> dict[str, Any]:
    """The entry of `DATABASES` for a URL. The URL may hold a password: errors never show it."""
    try:
        found: dict[str, Any] = environ.Env.db_url_config(url)
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read. Allowed: {ALLOWED}.") from error
    match found.get("ENGINE"):
        case "django.db.backends.sqlite3":
            return found | {"CONN_MAX_AGE": 0} | _sqlite(str(found["NAME"]))
        case "django.db.backends.postgresql":
            options = found["OPTIONS"] = NOTICED | found.get("OPTIONS", {})
            found["PREPARES"] = _prepares(options.pop("prepare_threshold", None))
            # Of the few threads that stay (`page_threads`). Our own pool's look after theirs themselves.
            found |= {"CONN_MAX_AGE": KEPT_SECONDS, "CONN_HEALTH_CHECKS": True}
            return found
        case _:
            raise ImproperlyConfigured(
                f"DATABASE_URL names no database that is supported. Allowed: {ALLOWED}."
            )


def _prepares(said: object) -> bool:
    """Whether `chat.statements` may prepare what it reads often. A pooler between us may not bear it."""
    if said not in {None, "none"}:
        raise ImproperlyConfigured("DATABASE_URL: the only prepare_threshold that can be said is `none`.")
    return said is None


def folder_beside(found: dict[str, Any]) -> Path:
    """Where the files that belong to a database's rows lie by default: a folder that no other database has.

    Files without a row are swept up. Two databases with one folder would sweep up each other's.
    """
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return Path(found["NAME"]).with_suffix(".files")
    return BASE_DIR / "var" / f"{found['NAME']}.files"


def _sqlite(name: str) -> dict[str, Any]:
    if name in {"", ":memory:"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL: SQLite in memory is not shared between threads. Allowed: {ALLOWED}."
        )
    # A relative path means the same file whatever folder a command runs in.
    path = BASE_DIR / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "NAME": str(path),
        "OPTIONS": {
            # With Django's deferred default, read-then-write transactions that meet fail with "locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            # Readers and the one writer do not wait for each other; NORMAL is as safe as FULL against a
            # crash of the process, and does not wait for the disk at every checkpoint of a reply.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            f" PRAGMA wal_autocheckpoint={WAL_PAGES};",
        },
    }
