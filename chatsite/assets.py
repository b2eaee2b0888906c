"""Static files, served from where they are, compressed for whoever takes them so, and kept by browsers.

ServeStatic sends the compressed file that lies beside a plain one. Ours lie in packages and in the checkout,
where nothing is written: theirs are made at the start, where they are missing, in a folder of their own.
The comments of our scripts stay here: they are a third of what would travel. Lines keep their numbers.

An address has the version of the assets in it (chatsite/asset_version.py), and is good for ever. One with
another version comes from a page that a server of another release made, beside us or before us: it gets what
we have, and keeps it for this once.
"""

import gzip
import logging
import os
import re
from hashlib import blake2s
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware
from servestatic.responders import MissingFileError, StaticFile

logger = logging.getLogger(__name__)

KINDS = {".js", ".css", ".svg"}
WORTH_IT = 1000
"""Bytes; a smaller file fits into one packet anyway."""
ROOT = "/static/"
_VERSIONED = re.compile(rf"{ROOT}(?:[0-9a-f]{{10}}/)?")


class Assets(ServeStaticMiddleware):
    """ServeStatic's middleware with another place for what is compressed, and versions in the addresses."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(ROOT) and not path.startswith(self.static_prefix):
            ours = self.files.get(_VERSIONED.sub(self.static_prefix, path, count=1))
            if ours is not None:
                response: HttpResponseBase = await self.aserve(ours, request)
                response.headers["Cache-Control"] = "no-cache"
                return response
        answer: HttpResponseBase = await super().__call__(request)
        return answer

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether browsers may keep for good what this address leads to."""
        return bool(self.static_prefix != ROOT)

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


_COMMENT_LINES = re.compile(rb"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)$", re.MULTILINE | re.DOTALL)
"""Comments that have their lines for themselves. What stands beside code, or in a text, is none."""


def for_the_way(path: Path) -> bytes:
    """What the compressed file is made of."""
    text = path.read_bytes()
    if path.suffix != ".js" or not path.is_relative_to(Path(settings.BASE_DIR) / "chat"):
        return text
    return _COMMENT_LINES.sub(lambda comment: b"\n" * comment[0].count(b"\n"), text)


def _compressed(path: Path) -> str | None:
    """The file, compressed; None where that is not worth it, or cannot be written."""
    state = path.stat()
    if path.suffix not in KINDS or state.st_size < WORTH_IT:
        return None
    version = f"2 {path} {state.st_size} {state.st_mtime_ns}".encode()
    made = Path(settings.VAR_DIR) / "assets" / f"{blake2s(version, digest_size=12).hexdigest()}.gz"
    try:
        if not made.is_file():
            made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Several servers may start at once: each has a file of its own until it is whole.
            partial = made.with_suffix(f".{os.getpid()}")
            partial.write_bytes(gzip.compress(for_the_way(path), 9, mtime=0))
            partial.replace(made)
    except OSError as error:
        logger.warning("assets are not compressed: %s", error)
        return None
    return str(made)
