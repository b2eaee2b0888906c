"""By which way a reply was asked for, over a socket."""

from fakes.fed_upstream import FedUpstream
from fakes.socket_client import SocketClient

from chat.auth.caller import Caller
from chat.database import in_database
from chat.models import Completion


async def test_a_program_on_a_socket(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hi")
    await socket.ask()
    assert (await in_database(Completion.objects.get)).source == "websocket"


def test_the_page_is_the_page_on_a_socket_too() -> None:
    assert Caller(1, "session", session_key="k", door="websocket").source == "page"
