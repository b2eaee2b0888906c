"""Names for users who shall not be known: the same in each export, known to nobody without the site's key.

Only what the site itself says of a user is replaced. What people wrote (texts, titles, names of files) stays
as it is, and may name anybody.
"""

from typing import Final

from chat.audit.keyed import keyed_hash

DIGITS: Final = 12
"""Of 16 values each: two of a million users share a name with a chance of one in 500."""


def pseudonym(user_id: int) -> str:
    return f"user-{keyed_hash(f'pseudonym of {user_id}')[:DIGITS]}"
