"""Triggers that refuse to change or remove an entry, whoever asks: our own code, the admin, an SQL console.

Not the owner of the database, who can drop a trigger: docs/review.md says what that means.
"""

from typing import Final

_REFUSAL: Final = "the audit log only grows"

SQLITE: Final = (
    f"""
    CREATE TRIGGER chat_audit_no_update BEFORE UPDATE ON chat_auditentry
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER chat_audit_no_delete BEFORE DELETE ON chat_auditentry
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    # INSERT OR REPLACE removes what it replaces without asking the trigger above.
    f"""
    CREATE TRIGGER chat_audit_no_replace BEFORE INSERT ON chat_auditentry
    WHEN NEW.id <> (SELECT COALESCE(MAX(id), 0) + 1 FROM chat_auditentry)
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}, one by one'); END
    """,  # noqa: S608
)
SQLITE_UNDONE: Final = (
    "DROP TRIGGER IF EXISTS chat_audit_no_update",
    "DROP TRIGGER IF EXISTS chat_audit_no_delete",
    "DROP TRIGGER IF EXISTS chat_audit_no_replace",
)
POSTGRESQL: Final = (
    f"""
    CREATE FUNCTION chat_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
    """,
    """
    CREATE TRIGGER chat_audit_no_change BEFORE UPDATE OR DELETE ON chat_auditentry
    FOR EACH ROW EXECUTE FUNCTION chat_audit_refuse()
    """,
    """
    CREATE TRIGGER chat_audit_no_truncate BEFORE TRUNCATE ON chat_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION chat_audit_refuse()
    """,
)
POSTGRESQL_UNDONE: Final = (
    "DROP TRIGGER IF EXISTS chat_audit_no_truncate ON chat_auditentry",
    "DROP TRIGGER IF EXISTS chat_audit_no_change ON chat_auditentry",
    "DROP FUNCTION IF EXISTS chat_audit_refuse()",
)


def statements(vendor: str) -> tuple[str, ...]:
    return POSTGRESQL if vendor == "postgresql" else SQLITE


def statements_undone(vendor: str) -> tuple[str, ...]:
    return POSTGRESQL_UNDONE if vendor == "postgresql" else SQLITE_UNDONE
