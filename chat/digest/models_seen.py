"""Which models have answered: from one to the next in the index, however many replies there are."""

from typing import Final

from django.db import connection

MOST: Final = 200
_NEXT: Final = """
    WITH RECURSIVE seen(model) AS (
        SELECT min(model) FROM chat_completionfigures
        UNION ALL
        SELECT (SELECT min(model) FROM chat_completionfigures WHERE model > seen.model)
        FROM seen WHERE seen.model IS NOT NULL
    )
    SELECT model FROM seen WHERE model IS NOT NULL LIMIT %s
"""


def models_seen() -> list[str]:
    """In order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [MOST])
        return [model for (model,) in cursor.fetchall()]
