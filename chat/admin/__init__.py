"""The administration: an edge too. Conversations are read here, connections to models are kept here."""

from chat.admin import api_keys, connections, conversations

__all__ = ["api_keys", "connections", "conversations"]
