"""What PostgreSQL knows of tables that were filled at once: it takes them for empty until it looked at them.

By itself it looks within minutes (autovacuum), and until then may read whole tables for a few rows.
"""

from django.db import connection, models


def look_at(*tables: type[models.Model]) -> None:
    """Have it look at these tables now, or at all. SQLite's plans need no such look."""
    if connection.vendor == "postgresql":
        names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in tables)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {names}")
