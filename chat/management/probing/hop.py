"""All that was seen at one address: the streams that were asked for, the socket, a reply. Values only."""

from dataclasses import dataclass, field
from typing import Literal

from chat.management.probing.arrivals import Arrivals
from chat.management.probing.call import Heard
from chat.management.probing.reply import ReplySeen
from chat.management.probing.sockets import SocketSeen
from chat.management.probing.target import Target

Asked = Literal["plain", "compressed", "silent", "large"]


@dataclass(frozen=True, slots=True)
class Run:
    """One stream; `heard` is None where nobody answered, and `why` says why."""

    asked: Asked
    heard: Heard | None
    arrivals: Arrivals
    why: str = ""

    @property
    def is_stream(self) -> bool:
        """It is our server's, cut or whole."""
        return self.heard is not None and self.heard.status == 200 and self.arrivals.begin is not None


@dataclass(slots=True)
class Hop:
    target: Target
    runs: list[Run] = field(default_factory=list)
    is_cached: bool = False
    """A second call was answered with the first one's stream."""
    keeps_aborts: bool = False
    """The server still wrote to a client that had gone."""
    socket: SocketSeen | None = None
    reply: ReplySeen | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Of the first answer."""
        heard = self.runs[0].heard if self.runs else None
        return heard.headers if heard else {}
