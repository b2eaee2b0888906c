"""The codes that the server closes a socket with: what the client is to do next."""

from typing import Final

TOO_LARGE: Final = 1009
"""A frame over 1 MiB."""
INTERNAL: Final = 1011
"""Our fault; it is in the log."""
RESTART: Final = 1012
"""The server restarts: connect again and follow."""
TRY_LATER: Final = 1013
"""The database is away: connect again in a while and follow."""
CREDENTIALS: Final = 4401
"""None, bad ones, or ones that were revoked meanwhile."""
ORIGIN: Final = 4403
"""A page of another site."""
TOO_MANY: Final = 4429
"""This user has too many sockets open."""
