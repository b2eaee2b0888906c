"""What is sent to a socket whose client went: nothing, and that is no error."""

from collections.abc import Mapping
from typing import Any

from chat.ws.outlet import Outlet


async def test_a_client_that_went_before_it_was_let_in_is_no_error() -> None:
    async def gone(message: Mapping[str, Any]) -> None:
        raise OSError

    outlet = Outlet(gone)
    await outlet.accept("chat.v1")
    assert outlet.closed
    await outlet.pong()
