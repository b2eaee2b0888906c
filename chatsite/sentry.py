"""Errors of the log to Sentry, where `SENTRY_DSN` names one: what broke and where, and nobody's words.

An event is made anew from the few fields that are allowed. A message is the text that our code has, without
what was filled in; an error its type and its place in the code, without what it says: a database quotes rows,
and a provider's answer may quote a question.
"""

import logging
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

from chat.log_marks import REPLY, REQUEST

PACKAGE: Final = "sentry_sdk"
FLUSH_SECONDS: Final = 2.0
_KEPT: Final = (
    "event_id",
    "timestamp",
    "level",
    "logger",
    "platform",
    "release",
    "environment",
    "server_name",
    "sdk",
)
_KEPT_OF_A_FRAME: Final = (
    "filename",
    "module",
    "function",
    "lineno",
    "in_app",
    "context_line",
    "pre_context",
    "post_context",
)


def required(dsn: str) -> str:
    """The address, as the settings have it. Raises `ImproperlyConfigured` where the package is missing."""
    if dsn and find_spec(PACKAGE) is None:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, and the package that speaks with Sentry is not installed. "
            "Run: .venv/bin/python -m pip install sentry-sdk; or unset SENTRY_DSN."
        )
    return dsn


def begin(dsn: str) -> None:
    """Send errors of the log there from now on. Nothing else of the package is used, no traces either."""
    sdk = import_module(PACKAGE)
    of_logging = import_module(f"{PACKAGE}.integrations.logging")
    sdk.init(
        dsn=dsn,
        # Its own choice would look into requests, the database and the calls of models.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[of_logging.LoggingIntegration(level=None, event_level=logging.ERROR)],
        before_send=lambda event, hint: scrubbed(event),
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        shutdown_timeout=FLUSH_SECONDS,
    )


def scrubbed(event: Mapping[str, Any]) -> dict[str, Any]:
    """What of an event may leave the house."""
    kept: dict[str, Any] = {name: event[name] for name in _KEPT if name in event}
    template = (event.get("logentry") or {}).get("message")
    if template is not None:
        kept["logentry"] = {"message": template}
    errors = (event.get("exception") or {}).get("values") or []
    if errors:
        kept["exception"] = {"values": [_error(error) for error in errors]}
    marks = {"request": REQUEST.get(), "reply": REPLY.get()}
    kept["tags"] = {name: value for name, value in marks.items() if value is not None}
    return kept


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames") or []
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "value": "",
        "stacktrace": {
            "frames": [{name: frame[name] for name in _KEPT_OF_A_FRAME if name in frame} for frame in frames]
        },
    }
