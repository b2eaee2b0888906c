"""Where sockets are: /ws/chat/, and nowhere else."""

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.urls import path, re_path

from chat.ws.consumer import ChatConsumer


class NotHere(AsyncConsumer):
    """Refuses the handshake, seen as HTTP 403. Without it the router raises for each stray client."""

    async def websocket_connect(self, message: dict[str, object]) -> None:
        await self.send({"type": "websocket.close"})
        raise StopConsumer


websocket_urlpatterns = [
    path("ws/chat/", ChatConsumer.as_asgi()),
    re_path(r"", NotHere.as_asgi()),
]
