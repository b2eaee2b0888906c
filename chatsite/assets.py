"""Static files, served from where they are, and compressed for whoever takes them so.

ServeStatic sends the compressed file that lies beside a plain one. Ours lie in packages and in the checkout,
where nothing is written: theirs are made at the start, where they are missing, in a folder of their own.
"""

import gzip
import logging
import os
from hashlib import blake2s
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings
from servestatic.middleware import ServeStaticMiddleware
from servestatic.responders import MissingFileError, StaticFile

logger = logging.getLogger(__name__)

KINDS = {".js", ".css", ".svg"}
WORTH_IT = 1000
"""Bytes; a smaller file fits into one packet anyway."""


class Assets(ServeStaticMiddleware):
    """ServeStatic's middleware with another place for what is compressed."""

    def get_static_file(
        self, path: str, url: str, stat_cache: dict[str, os.stat_result] | None = None
    ) -> StaticFile:
        if not os.path.exists(path):  # noqa: PTH110 (as its own)
            raise MissingFileError(path)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        compressed = _compressed(Path(path))
        return StaticFile(path, headers.items(), encodings={} if compressed is None else {"gzip": compressed})


def _compressed(path: Path) -> str | None:
    """The file, compressed; None where that is not worth it, or cannot be written."""
    state = path.stat()
    if path.suffix not in KINDS or state.st_size < WORTH_IT:
        return None
    version = f"{path} {state.st_size} {state.st_mtime_ns}".encode()
    made = Path(settings.VAR_DIR) / "assets" / f"{blake2s(version, digest_size=12).hexdigest()}.gz"
    try:
        if not made.is_file():
            made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Several servers may start at once: each has a file of its own until it is whole.
            partial = made.with_suffix(f".{os.getpid()}")
            partial.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
            partial.replace(made)
    except OSError as error:
        logger.warning("assets are not compressed: %s", error)
        return None
    return str(made)
