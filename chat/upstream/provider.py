"""One connection at work: its settings as they are now, its client and its slots."""

from chat.upstream.client import Client
from chat.upstream.connections import ConnectionSettings
from chat.upstream.queue import Slots


class Provider:
    """Keeps its queue, and what runs, when the connection is changed."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self.client = Client(settings)
        self.slots = Slots(settings.concurrency)

    def change(self, settings: ConnectionSettings) -> Client | None:
        """Take new settings; the client that they replace, if they do."""
        replaced = None
        if settings.address != self.settings.address:
            replaced, self.client = self.client, Client(settings)
        self.settings = settings
        self.slots.set_limit(settings.concurrency)
        return replaced
