"""Reading the environment, typed and loud: a bad value stops the start, named, with what is allowed.

A variable that is set to nothing counts as not set, so that `.env` files and compose files can list names.
"""

import math
import os
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


def read_env_file(default: Path) -> None:
    """Take what `.env` says for every name that the environment itself does not set."""
    named = os.environ.get("DJANGO_ENV_FILE")
    path = default if named is None else Path(named)
    if named and not path.is_file():
        raise ImproperlyConfigured(
            f"DJANGO_ENV_FILE: there is no file {named!r}. Allowed: a file, or nothing."
        )
    if path.is_file():
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str) -> list[str]:
    """Comma-separated; empty ones do not count."""
    return [word for part in text(name).split(",") if (word := part.strip())]


def required_with(name: str, other: str, allowed: str) -> str:
    """Needed where another one is set."""
    value = text(name)
    if text(other) and not value:
        raise _bad(name, f"{allowed}, since {other} is set")
    return value


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value not in _YES | _NO:
        raise _bad(name, "1 or 0 (also true, yes, on and false, no, off)")
    return value in _YES


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    value = text(name, default).lower()
    if value not in allowed:
        raise _bad(name, ", ".join(allowed))
    return value


def whole(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = least - 1
    if number < least or (most is not None and number > most):
        raise _bad(name, f"a whole number from {least}" + (f" to {most}" if most is not None else " up"))
    return number


def seconds(name: str, default: float, *, least: float = 0, most: float | None = None) -> float:
    value = text(name)
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= least and (most is None or number <= most)):
        raise _bad(name, f"seconds, from {least:g}" + (f" to {most:g}" if most is not None else " up"))
    return number


def money(name: str, default: int) -> Decimal:
    """An amount, with two decimal places at most."""
    value = text(name)
    try:
        amount = Decimal(value or default)
    except InvalidOperation:
        amount = Decimal(-1)
    if not (amount.is_finite() and amount >= 0 and amount == round(amount, 2)):
        raise _bad(name, "an amount from 0 up, such as 20 or 12.50")
    return amount


def seconds_or_end(name: str, default: float, *, most: float) -> float | None:
    """Seconds, or None for the word `end`."""
    if text(name).lower() == "end":
        return None
    try:
        return seconds(name, default, most=most)
    except ImproperlyConfigured:
        raise _bad(name, f"seconds, from 0 to {most:g}, or end") from None


def folder(name: str, default: Path, relative_to: Path) -> Path:
    """A folder, which need not be there yet. A relative one is the same wherever a command runs."""
    path = relative_to / value if (value := text(name)) else default
    if path.exists() and not path.is_dir():
        raise _bad(name, "a folder, or a path where one can be made")
    return path


def address(name: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """A URL with a host; without the slash at its end. Nothing where it is not set."""
    value = text(name).rstrip("/")
    if value and not _is_url(value, schemes):
        raise _bad(name, "an address like " + " or ".join(f"{scheme}://host" for scheme in schemes))
    return value


def mail_server(url: str) -> dict[str, object]:
    """Django's settings for the server of this address; with none, a mail goes nowhere."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    found: dict[str, object] = environ.Env.email_url_config(url)
    usual = {"smtp+tls": 587, "smtp+ssl": 465}.get(urlsplit(url).scheme, 25)
    return {
        **found,
        "EMAIL_PORT": found["EMAIL_PORT"] or usual,
        "EMAIL_HOST_USER": found["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": found["EMAIL_HOST_PASSWORD"] or "",
    }


def one_of(name: str, allowed: tuple[str, ...], *, default: str) -> str:
    value = text(name, default).lower()
    if value not in allowed:
        raise _bad(name, ", ".join(allowed))
    return value


def origin(name: str) -> str:
    """Scheme, host and port as a browser sends them in `Origin`; nothing where it is not set."""
    return _origin(name, value) if (value := text(name)) else ""


def origins(name: str) -> list[str]:
    return [_origin(name, value) for value in words(name)]


def image_origins(name: str) -> list[str]:
    """Hosts that pages may load pictures from, as origins: https, where no scheme is given."""
    allowed = (
        "hosts like img.example.org, or http://host where it has no https; each by its name, none by `*`"
    )
    return [
        _origin(name, value if "://" in value else f"https://{value}", allowed=allowed)
        for value in words(name)
    ]


_AN_ORIGIN = "http://host or https://host, with a port where it is not the usual one, and no path"


def _origin(name: str, value: str, *, allowed: str = _AN_ORIGIN) -> str:
    value = value.rstrip("/").lower()
    rest = (
        urlsplit(value)._replace(scheme="", netloc="").geturl() if _is_url(value, ("http", "https")) else "x"
    )
    if rest or "@" in value or "*" in value:
        raise _bad(name, allowed)
    # Browsers leave the usual port out.
    return value.removesuffix(":443" if value.startswith("https") else ":80")


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and not any(mark.isspace() for mark in value)


def _bad(name: str, allowed: str) -> ImproperlyConfigured:
    shown = os.environ.get(name, "")
    # A key put into the wrong variable must not land in a log whole.
    shown = shown if len(shown) <= 80 else shown[:12] + "…"
    return ImproperlyConfigured(f"{name}: {shown!r} is not allowed. Allowed: {allowed}.")
