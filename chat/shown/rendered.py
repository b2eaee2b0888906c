"""The HTML of texts that were shown lately: a conversation is looked at often, and seldom changes."""

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import Final

from django.conf import settings

from chat.render import render

MOST_BYTES: Final = 16_000_000
"""Of HTML, in each process: some ten thousand replies of a usual length."""


class Rendered:
    """Forgets what was not asked for the longest, as soon as it holds too much."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._held = 0
        self._texts: OrderedDict[bytes, str] = OrderedDict()
        self._lock = Lock()

    def __call__(self, text: str) -> str:
        # A lone surrogate has no UTF-8; the renderer shows a mark in its place.
        key = blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()
        with self._lock:
            html = self._texts.get(key)
            if html is not None:
                self._texts.move_to_end(key)
                return html
        html = render(text, images=frozenset(settings.CHAT_IMAGE_HOSTS))
        with self._lock:
            if key not in self._texts:
                self._held += _size(html)
            self._texts[key] = html
            while self._held > self._most:
                _key, forgotten = self._texts.popitem(last=False)
                self._held -= _size(forgotten)
        return html

    def forget(self) -> None:
        with self._lock:
            self._texts.clear()
            self._held = 0

    def __len__(self) -> int:
        return len(self._texts)


def _size(html: str) -> int:
    return len(html) * (1 if html.isascii() else 2)


rendered: Final = Rendered()
