"""The one-time code for the first account of a server that others can reach. Independent of accounts.

Whoever reads the server's terminal, or its folder, may be the administrator; nobody else in the network.
"""

import hmac
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from chatsite.hosts import is_loopback

logger = logging.getLogger(__name__)

# No vowels, so that no word comes out; nothing that looks like something else. 8 of 22 are 35 bits.
_LETTERS = "23456789CDFGHJKMPQRTVX"
_LENGTH = 8


def _path() -> Path:
    return Path(settings.VAR_DIR) / "setup_code"


def others_reach_us(client: str = "127.0.0.1") -> bool:
    """Whether more than this machine reaches the server.

    HOST says so, unless somebody started an ASGI server by hand with an address of its own; then the
    address of a `client` does.
    """
    return bool(settings.CHAT_PUBLIC_URL) or not (is_loopback(settings.HOST) and is_loopback(client))


def needed(client: str = "127.0.0.1") -> bool:
    """Whether the first account's page asks this client for the code; told to the log if to nobody yet."""
    if not others_reach_us(client):
        return False
    if _kept() is None:
        logger.warning("The page of the first account asks for this one-time code: %s", make_code())
    return True


def make_code() -> str:
    """The code, kept until `forget`. A second server process on the same folder tells the same one."""
    if kept := _kept():
        return kept
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    code = f"{letters[:4]}-{letters[4:]}"
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        suppress(FileExistsError),
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file,
    ):
        file.write(code)
    return _kept() or code


def check_code(text: str) -> bool:
    """Whether this is the code; letters' case, spaces and dashes are forgiven. False where there is none."""
    kept = _kept()
    return kept is not None and hmac.compare_digest(_plain(text), _plain(kept))


def forget() -> None:
    _path().unlink(missing_ok=True)


def _kept() -> str | None:
    try:
        return _path().read_text().strip() or None
    except FileNotFoundError:
        return None


def _plain(text: str) -> bytes:
    return "".join(mark for mark in text.upper() if mark.isalnum()).encode()
