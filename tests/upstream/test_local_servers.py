"""A model server on this machine is noticed, and its absence costs nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chat.upstream.local_servers import LocalServer, answers


class Version(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/version" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Version) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_server_that_answers_is_seen_and_remembered(url: str) -> None:
    server = LocalServer("Ollama", f"{url}/v1", f"{url}/api/version")
    assert answers(server)
    assert answers(server)


def test_another_server_at_its_place_is_none(url: str) -> None:
    assert not answers(LocalServer("Ollama", f"{url}/v1", f"{url}/somewhere"))


def test_a_server_that_is_silent_or_not_there_is_none(deaf: str) -> None:
    assert not answers(LocalServer("Ollama", deaf, f"{deaf}/api/version"))
    assert not answers(LocalServer("Ollama", "", "http://127.0.0.1:1/api/version"))
