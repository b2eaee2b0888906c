"""Triggers that note when the figures of a completion are made, changed or removed, by whatever way: a purge,
a cascade, a statement typed by hand. So sums are never taken for true that are not.
"""

from typing import Final

_NOTE: Final = "INSERT INTO chat_stalesums (asked) VALUES"

SQLITE: Final = (
    f"""
    CREATE TRIGGER chat_figures_made AFTER INSERT ON chat_completionfigures
    BEGIN {_NOTE} (NEW.asked); END
    """,
    f"""
    CREATE TRIGGER chat_figures_changed AFTER UPDATE ON chat_completionfigures
    BEGIN {_NOTE} (OLD.asked), (NEW.asked); END
    """,
    f"""
    CREATE TRIGGER chat_figures_removed AFTER DELETE ON chat_completionfigures
    BEGIN {_NOTE} (OLD.asked); END
    """,
)
SQLITE_UNDONE: Final = (
    "DROP TRIGGER IF EXISTS chat_figures_made",
    "DROP TRIGGER IF EXISTS chat_figures_changed",
    "DROP TRIGGER IF EXISTS chat_figures_removed",
)
POSTGRESQL: Final = (
    f"""
    CREATE FUNCTION chat_figures_note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF TG_OP <> 'INSERT' THEN {_NOTE} (OLD.asked); END IF;
        IF TG_OP <> 'DELETE' THEN {_NOTE} (NEW.asked); END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER chat_figures_noted AFTER INSERT OR UPDATE OR DELETE ON chat_completionfigures
    FOR EACH ROW EXECUTE FUNCTION chat_figures_note()
    """,
)
POSTGRESQL_UNDONE: Final = (
    "DROP TRIGGER IF EXISTS chat_figures_noted ON chat_completionfigures",
    "DROP FUNCTION IF EXISTS chat_figures_note()",
)


def statements(vendor: str) -> tuple[str, ...]:
    return POSTGRESQL if vendor == "postgresql" else SQLITE


def statements_undone(vendor: str) -> tuple[str, ...]:
    return POSTGRESQL_UNDONE if vendor == "postgresql" else SQLITE_UNDONE
