"""Another server process, as far as the rows tell of it."""

from uuid import UUID

from chat.models import Completion, Message, Server


def runs_elsewhere(reply: str) -> UUID:
    """Rewrite a reply that has ended: now another process runs it, says its row. The epoch."""
    another = Server.objects.create(name="another")
    completion = Completion.objects.get(message__id=reply)
    Completion.objects.filter(id=completion.id).update(status="streaming", ended=None, server=another)
    Message.objects.filter(id=reply).update(status="streaming")
    return completion.id
