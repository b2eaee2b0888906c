"""Keyed hashes: whoever has the site's key can compare a guess, nobody can read what was hashed."""

import hmac
from hashlib import sha256

from django.conf import settings


def keyed_hash(text: str, use: str) -> str:
    """32 hexadecimal digits of HMAC-SHA-256 under a key derived, for each use, from the site's secret."""
    key = hmac.digest(settings.SECRET_KEY.encode(), use.encode(), sha256)
    return hmac.new(key, text.encode(errors="surrogatepass"), sha256).hexdigest()[:32]
