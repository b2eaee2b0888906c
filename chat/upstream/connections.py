"""Where connections come from: the environment, else the demo model; and the rows that the admin keeps.

Read as plain values, so that a change is a comparison; keys leave the database only towards a client.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec
from django.conf import settings

from chat.models import Connection, ConnectionModel
from chat.upstream import secrets

logger = logging.getLogger(__name__)

ENVIRONMENT = "environment"
DEMO = "demo"
BUILT_IN = (ENVIRONMENT, DEMO)
"""Connections that need no row. A row of the same name says how they are used, never where they lead."""
OPENAI_URL = "https://api.openai.com/v1"
DEMO_URL = "http://demo.invalid/v1"
DEMO_MODEL = "demo"
FIRST_TOKEN_SECONDS = 120.0
LOCAL_FIRST_TOKEN_SECONDS = 300.0
"""A local server may have to load tens of gigabytes from a disk first."""
DEMO_CHUNK_SECONDS = 10.0
"""Whoever asks the demo model to stall wants to see the time-out, not to wait for it."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the admin says of one model."""

    upstream_id: str
    name: str = ""
    hidden: bool = False
    default: bool = False
    context_length: int | None = None
    vision: bool = False
    allowed_params: frozenset[str] | None = None
    groups: frozenset[int] = frozenset()
    """Who may use it; none: everyone."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """A provider, and how it may be used. Seconds throughout."""

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    local: bool = False
    concurrency: int = 0
    connect_timeout: float = 10.0
    first_token_timeout: float = FIRST_TOKEN_SECONDS
    chunk_timeout: float = 60.0
    max_retries: int = 2
    """Attempts after the first, all of them before the first byte."""
    transport: Literal["network", "demo"] = "network"
    listed: tuple[str, ...] | None = None
    """The models' names where they are given; None: what the provider lists."""
    models: tuple[ModelSettings, ...] = ()

    @property
    def address(self) -> tuple[object, ...]:
        """What a client is built from: as long as it is the same, so may the client be."""
        return (
            self.base_url,
            self.api_key,
            self.headers,
            self.connect_timeout,
            self.transport,
        )


def from_environment() -> ConnectionSettings:
    """The first connection. Without a key and a URL it leads to the demo model."""
    if not settings.OPENAI_API_KEY and not settings.OPENAI_BASE_URL:
        return ConnectionSettings(
            DEMO, DEMO_URL, transport="demo", listed=(DEMO_MODEL,), chunk_timeout=DEMO_CHUNK_SECONDS
        )
    base_url = settings.OPENAI_BASE_URL or OPENAI_URL
    local = is_local(base_url)
    return ConnectionSettings(
        ENVIRONMENT,
        base_url,
        api_key=settings.OPENAI_API_KEY,
        local=local,
        first_token_timeout=LOCAL_FIRST_TOKEN_SECONDS if local else FIRST_TOKEN_SECONDS,
        listed=tuple(settings.CHAT_MODELS) or None,
    )


def read_connections() -> tuple[ConnectionSettings, ...]:
    """All connections in the order of the list of models. Three queries; runs inside `in_database`."""
    built_in = from_environment()
    rows = Connection.objects.prefetch_related("models__groups")
    found: list[ConnectionSettings] = []
    kept_built_in = True
    for row in rows:
        if row.name == built_in.name:
            built_in, kept_built_in = _as_row_says(built_in, row), row.enabled
        elif row.enabled and row.name not in BUILT_IN:
            found.append(_from_row(row))
    return (built_in, *found) if kept_built_in else tuple(found)


def is_local(url: str) -> bool:
    """Whether this address is on this machine, where models may have to be loaded first."""
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return host.startswith(("127.", "localhost", "[::1]", "host.docker.internal"))


_listeners: list[Callable[[], object]] = []


def on_change(listener: Callable[[], object]) -> Callable[[], None]:
    """Call `listener`, from any thread, when a row was changed by this process. Returns the way out."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener) if listener in _listeners else None


def announce_change() -> None:
    """A row was changed and the change committed. Other processes see it within seconds by themselves."""
    for listener in tuple(_listeners):
        listener()


def _from_row(row: Connection) -> ConnectionSettings:
    return _as_row_says(
        ConnectionSettings(
            row.name, row.base_url, api_key=_key_of(row), headers=_headers_of(row), local=row.local
        ),
        row,
    )


def _as_row_says(connection: ConnectionSettings, row: Connection) -> ConnectionSettings:
    """How the row says that the connection is used."""
    local = connection.local or row.local
    usual = LOCAL_FIRST_TOKEN_SECONDS if local else FIRST_TOKEN_SECONDS
    return replace(
        connection,
        local=local,
        concurrency=row.concurrency,
        connect_timeout=row.connect_timeout,
        first_token_timeout=row.first_token_timeout or usual,
        chunk_timeout=row.chunk_timeout,
        models=tuple(map(_model_settings, row.models.all())),
    )


def _model_settings(row: ConnectionModel) -> ModelSettings:
    allowed: Sequence[str] | None = row.allowed_params or None
    return ModelSettings(
        upstream_id=row.upstream_id,
        name=row.name,
        hidden=row.hidden,
        default=row.default,
        context_length=row.context_length,
        vision=row.vision,
        allowed_params=None if allowed is None else frozenset(allowed),
        groups=frozenset(group.pk for group in row.groups.all()),
    )


def _key_of(row: Connection) -> str:
    try:
        return secrets.decrypt(row.key_encrypted)
    except secrets.Unreadable:
        logger.exception("the key of connection %s was encrypted with another DJANGO_SECRET_KEY", row.name)
        return ""


def _headers_of(row: Connection) -> tuple[tuple[str, str], ...]:
    try:
        stored = secrets.decrypt(row.headers_encrypted)
    except secrets.Unreadable:
        logger.exception(
            "the headers of connection %s were encrypted with another DJANGO_SECRET_KEY", row.name
        )
        return ()
    return tuple(msgspec.json.decode(stored, type=dict[str, str]).items()) if stored else ()


def encrypt_headers(headers: dict[str, str]) -> str:
    """Headers as a row keeps them."""
    return secrets.encrypt(msgspec.json.encode(headers).decode()) if headers else ""
