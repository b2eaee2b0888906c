"""What PostgreSQL is told before the desk's queries: they read little, so it must not prepare for much."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def quick_reads() -> Iterator[None]:
    """Within it plans are made for short answers. One query; nothing on SQLite.

    Compiling a plan (JIT) takes half a second where the condition is long, and saves a few milliseconds.
    And rows that an index finds lie in memory or on flash: as planned for a turning disk, a word that
    stands in one of a hundred texts would be looked for by reading the newest texts, not in its index.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true)"
            )
        yield
