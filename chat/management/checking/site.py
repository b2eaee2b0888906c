"""The settings that contradict each other, the secret key, the folder of files, the static files."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders

from chat.management.checking.finding import Finding, ok, problem, warning
from chatsite.hosts import is_loopback

SHORTEST_KEY: Final = 32
AN_ASSET: Final = "chat/css/tokens.css"
LITTLE_BYTES: Final = 1_000_000_000
TOO_LITTLE_BYTES: Final = 50_000_000


def look() -> Iterator[Finding]:
    yield from _settings()
    yield from _secret_key()
    yield from _files()
    yield _static()


def room(part: str, folder: Path) -> Finding | None:
    """A finding where the disk of this folder is nearly full."""
    system = os.statvfs(folder)
    free = system.f_bavail * system.f_frsize
    says = f"{folder} has {free / 1e6:,.0f} MB left."
    if free < TOO_LITTLE_BYTES:
        return problem(part, says, "Make room: what cannot be written is lost.")
    if free < LITTLE_BYTES:
        return warning(part, says, "Make room soon.")
    return None


def _settings() -> Iterator[Finding]:
    part, before = "settings", False
    for finding in _contradictions(part):
        before = True
        yield finding
    if not before:
        yield ok(part, "They can be read, and fit together.")


def _contradictions(part: str) -> Iterator[Finding]:
    public = settings.CHAT_PUBLIC_URL
    others_reach_us = bool(public) or not is_loopback(settings.HOST)
    if settings.DEBUG and others_reach_us:
        yield problem(
            part, "DJANGO_DEBUG shows others what is in the code and the settings.", "Unset DJANGO_DEBUG."
        )
    if urlsplit(public).scheme == "https" and not settings.DJANGO_HTTPS:
        yield warning(
            part,
            "CHAT_PUBLIC_URL is https, but cookies may travel over http.",
            "Set DJANGO_HTTPS=1, and CHAT_TRUSTED_PROXIES to the proxy that does the TLS.",
        )
    if settings.DJANGO_HTTPS and not settings.CHAT_TRUSTED_PROXIES:
        yield problem(
            part,
            "DJANGO_HTTPS redirects what comes over http, and no proxy is trusted to say that it was https.",
            "Set CHAT_TRUSTED_PROXIES to the address of the proxy.",
        )
    elif public and not settings.CHAT_TRUSTED_PROXIES:
        yield warning(
            part,
            "With CHAT_PUBLIC_URL and no CHAT_TRUSTED_PROXIES all visitors behind a proxy seem to be one.",
            "Set CHAT_TRUSTED_PROXIES to the address of the proxy, if there is one.",
        )
    if settings.EMAIL_URL and not public:
        yield warning(
            part, "Mails lead to HOST and PORT.", "Set CHAT_PUBLIC_URL to the address that people use."
        )


def _secret_key() -> Iterator[Finding]:
    part, key = "secret key", settings.SECRET_KEY
    kept = Path(settings.VAR_DIR) / "secret_key"
    is_kept = kept.is_file() and kept.read_text().strip() == key
    if len(key) < SHORTEST_KEY or len(set(key)) < 8:
        yield problem(
            part,
            f"DJANGO_SECRET_KEY has {len(key)} characters: who guesses it signs in as everybody.",
            "Make a longer one by chance: openssl rand -base64 48. Everybody signs in again.",
        )
    elif is_kept and kept.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield problem(part, f"Others on this machine can read {kept}.", f"chmod 600 {kept}")
    elif is_kept:
        yield ok(part, f"It lies in {kept}, where only its owner reads it. Keep a copy elsewhere.")
    else:
        yield ok(part, "It comes from DJANGO_SECRET_KEY.")


def _files() -> Iterator[Finding]:
    part, folder = "files", Path(settings.CHAT_FILES_DIR)
    try:
        # The folder is made with the first file: until then one that is above it must let us.
        while not folder.exists():
            folder = folder.parent
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            pass
    except OSError as error:
        yield problem(
            part,
            f"{folder} cannot be written: {error.strerror}.",
            "Let the server's user write it, or set CHAT_FILES_DIR.",
        )
        return
    yield room(part, folder) or ok(part, f"{settings.CHAT_FILES_DIR} can be written.")


def _static() -> Finding:
    if finders.find(AN_ASSET) is None:
        return problem("static files", f"{AN_ASSET} is not where it belongs.", "Check the program out anew.")
    return ok("static files", "They are there, and the server sends them itself.")
