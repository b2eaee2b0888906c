"""A page of another origin, with npm's packages as modules: where the clients of other people's pages run."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from process.harness.processes import CHECKOUT

PACKAGES = CHECKOUT / "var" / "npm" / "node_modules"
PLAIN_PAGE = CHECKOUT / "cookbook" / "chat_page.html"
PAGE = b"<!doctype html><meta charset=utf-8><title>Another site</title><p>Another site"


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        pages = {"/": PAGE, f"/{PLAIN_PAGE.name}": PLAIN_PAGE.read_bytes()}
        if self.path in pages:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages[self.path])
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        """Some packages are written for bundlers, and leave out what a file ends with."""
        found = super().translate_path(path)
        return found if found.endswith((".js", ".mjs")) else f"{found}.js"

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class OtherOrigin:
    """Serves until it is left."""

    def __init__(self) -> None:
        assert (PACKAGES / "openai").is_dir(), "see .ci/run for the npm packages"
        handler = partial(_Handler, directory=str(PACKAGES))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._serving = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()
