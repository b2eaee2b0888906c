"""Keys and headers of connections, encrypted at rest with a key that is derived from the site's secret.

A copy of the database alone gives nothing away. Whoever changes DJANGO_SECRET_KEY without a fallback
must enter the keys of the connections again.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"chat.connections.v1"
"""Keeps this key apart from all others that are derived from the same secret."""


class Unreadable(ValueError):
    """It was encrypted with another secret key."""


def encrypt(text: str) -> str:
    """The text as it may be stored; nothing stays nothing."""
    return _box().encrypt(text.encode()).decode("ascii") if text else ""


def decrypt(stored: str) -> str:
    """The text again. Raises `Unreadable`."""
    if not stored:
        return ""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("It was encrypted with another DJANGO_SECRET_KEY; enter it again.") from error


def _box() -> MultiFernet:
    current: str = settings.SECRET_KEY
    return MultiFernet([_fernet(secret) for secret in (current, *map(str, settings.SECRET_KEY_FALLBACKS))])


def _fernet(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
