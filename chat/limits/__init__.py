"""What a caller may still do: requests, open sockets, wrong passwords, mails. In memory; what lasts, and
requests, where there is Redis for all processes together. And how large one thing may be.

How many replies of a user run, and what they used, is asked in the database, in the transaction that asks
(`chat.actions.quotas`).
"""

from chat.limits.knocks import KnockLimit
from chat.limits.places import socket_limit, stream_limit
from chat.limits.quotas import place_of, quota_of
from chat.limits.requests import RequestLimit
from chat.limits.sign_ins import SignInLimit
from chat.limits.sizes import refuse_large_file, refuse_long_text
from chat.limits.tokens import TokensTold

requests = RequestLimit()
sign_ins = SignInLimit()
sockets = socket_limit()
streams = stream_limit()
"""Of an address; of a user and a key they are counted in the database."""
tokens = TokensTold()
AN_HOUR = 3600.0
# A class that signs up together comes from one address; so does an office that forgot its passwords.
sign_ups = KnockLimit(30, AN_HOUR)
reset_mails_by_address = KnockLimit(30, AN_HOUR)
reset_mails_by_account = KnockLimit(3, AN_HOUR)
exports = KnockLimit(6, AN_HOUR)

__all__ = [
    "exports",
    "place_of",
    "quota_of",
    "refuse_large_file",
    "refuse_long_text",
    "requests",
    "reset_mails_by_account",
    "reset_mails_by_address",
    "sign_ins",
    "sign_ups",
    "sockets",
    "streams",
    "tokens",
]
