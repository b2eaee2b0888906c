"""What a caller may still do, per user and process: requests a minute, open sockets. In memory only.

How many replies of a user run is counted in the database, in the transaction that asks.
"""

from chat.limits.requests import Allowance, RequestLimit
from chat.limits.sockets import SocketLimit

requests = RequestLimit()
sockets = SocketLimit()

__all__ = ["Allowance", "requests", "sockets"]
