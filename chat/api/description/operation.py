"""How a call is described: frozen values, of which `document` makes OpenAPI and the page its sections."""

from dataclasses import dataclass, field
from typing import Any, Literal

from chat.api.description.values import TEXT, Schema

Place = Literal["query", "header", "path"]
Auth = Literal["caller", "key", "ticket", "nobody"]

UNSAFE = frozenset({"post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something in a query, a header or the address."""

    name: str
    text: str
    place: Place = "query"
    schema: Schema = field(default_factory=lambda: TEXT)
    example: Any = None
    required: bool = False
    many: bool = False
    """May be given more than once."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent. `examples`: a name for people to what goes over the line."""

    schema: str
    examples: dict[str, Any]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no error. `headers`: names in `headers.HEADERS`; a `!` behind one: always there."""

    text: str
    schema: str | None = None
    """The schema of its JSON; None where there is none."""
    example: Any = None
    headers: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    """Forms in which it comes piece by piece: names in `streams.FORMS`."""
    files: tuple[str, ...] = ()
    """Media types of the bytes that it can be."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A call. What all calls of its kind can be answered is not repeated: see `document`."""

    method: str
    path: str
    """As a whole, from `/`."""
    summary: str
    text: str = ""
    group: str = "Replies"
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    takes_file: bool = False
    """The body is the bytes of a file."""
    answers: dict[str, Answer] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    """Statuses beside those that every such call can have."""
    auth: Auth = "caller"
    effect: str = ""
    """What it does to what is kept, for whoever tries it; empty where it only reads."""
    destroys: bool = False
    """It takes something away: the page asks once more."""

    @property
    def name(self) -> str:
        """Its `operationId`, and its place on the page."""
        parts = self.path.removeprefix("/api/v1/").removeprefix("/").replace("{", "").replace("}", "")
        return "-".join([self.method, *parts.replace("_id", "").replace(".", "/").split("/")])

    @property
    def is_unsafe(self) -> bool:
        return self.method in UNSAFE
