"""Other processes: follow and stop a reply that runs in one of them. Without Redis there are none.

Nothing is sent per token until somebody follows from elsewhere. Text carries offsets, so that what
the relay loses is asked for again and never a hole. Knows nothing of the engine, the rows or a transport.
"""

from chat.relay.none import NoRelay
from chat.relay.ports import Attached, Owner, Piece, Relay
from chat.relay.redis import RedisRelay

__all__ = ["Attached", "NoRelay", "Owner", "Piece", "RedisRelay", "Relay"]
