"""What a caller may still do, per process: requests, open sockets, wrong passwords, mails. In memory only.

How many replies of a user run is counted in the database, in the transaction that asks.
"""

from chat.limits.knocks import KnockLimit
from chat.limits.requests import Allowance, RequestLimit
from chat.limits.sign_ins import SignInLimit
from chat.limits.sockets import SocketLimit

requests = RequestLimit()
sign_ins = SignInLimit()
sockets = SocketLimit()
AN_HOUR = 3600.0
# A class that signs up together comes from one address; so does an office that forgot its passwords.
sign_ups = KnockLimit(30, AN_HOUR)
reset_mails_by_address = KnockLimit(30, AN_HOUR)
reset_mails_by_account = KnockLimit(3, AN_HOUR)
exports = KnockLimit(6, AN_HOUR)

__all__ = [
    "Allowance",
    "exports",
    "requests",
    "reset_mails_by_account",
    "reset_mails_by_address",
    "sign_ins",
    "sign_ups",
    "sockets",
]
