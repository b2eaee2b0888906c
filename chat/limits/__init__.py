"""What a caller may still do, per process: requests a minute, open sockets, wrong passwords. In memory only.

How many replies of a user run is counted in the database, in the transaction that asks.
"""

from chat.limits.requests import Allowance, RequestLimit
from chat.limits.sign_ins import SignInLimit
from chat.limits.sockets import SocketLimit

requests = RequestLimit()
sign_ins = SignInLimit()
sockets = SocketLimit()

__all__ = ["Allowance", "requests", "sign_ins", "sockets"]
