"""How users prove who they are besides passwords: allauth's rows, taken away in one place."""

from typing import Final

from django.db import connection

SECOND_FACTORS: Final = ("mfa_authenticator",)
TABLES: Final = (*SECOND_FACTORS, "socialaccount_socialaccount", "account_emailaddress")
"""They stay, and hold on to their users, where the settings no longer ask for allauth."""


def forget_proofs(user_id: int, tables: tuple[str, ...] = TABLES) -> int:
    """Delete this user's rows, in the caller's transaction; how many there were."""
    there = set(tables) & set(connection.introspection.table_names())
    deleted = 0
    with connection.cursor() as cursor:
        for table in sorted(there):
            cursor.execute(f"DELETE FROM {table} WHERE user_id = %s", [user_id])  # noqa: S608
            deleted += cursor.rowcount
    return deleted
