"""Bodies over the limit, at Daphne itself: refused before they are read, and the sender can read why."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from chatsite.daphne_requests import ALLOWANCE, LAST_BYTES

pytestmark = pytest.mark.process

CHECKOUT = Path(__file__).resolve().parents[2]
LIMIT = 100_000
OVER = LIMIT + ALLOWANCE + 1
BLOCK = b"x" * 65_536

Start = Callable[[int], "Daphne"]


class Daphne:
    """A Daphne with this limit."""

    def __init__(self, limit: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("bodies_application.py"), str(limit)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
            text=True,
        )
        self.port = int(self.told("port"))

    def told(self, what: str) -> str:
        """The next line that it printed, which must be of this."""
        assert self.process.stdout is not None
        word, value = self.process.stdout.readline().split()
        assert word == what
        return str(value)

    def call(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)


@pytest.fixture
def start() -> Iterator[Start]:
    servers: list[Daphne] = []

    def start_one(limit: int) -> Daphne:
        servers.append(Daphne(limit))
        return servers[-1]

    yield start_one
    for server in servers:
        server.process.kill()
        server.process.communicate()


@pytest.fixture
def daphne(start: Start) -> Daphne:
    return start(LIMIT)


def assert_refused(answer: http.client.HTTPResponse) -> None:
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/json")
    assert answer.headers["Connection"] == "close"
    error = json.loads(answer.read())["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "too_large", None)


def test_a_declared_length_is_refused_before_the_body_comes(daphne: Daphne) -> None:
    with closing(daphne.call()) as call:
        call.putrequest("POST", "/")
        call.putheader("Content-Length", str(OVER))
        call.endheaders()
        assert_refused(call.getresponse())


def test_a_sender_that_asks_first_is_not_told_to_go_on(daphne: Daphne) -> None:
    with closing(socket.create_connection(("127.0.0.1", daphne.port), timeout=10)) as line:
        line.sendall(f"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: {OVER}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


@pytest.mark.parametrize("chunked", [False, True])
def test_who_sends_all_of_a_body_that_is_too_large_can_read_why(daphne: Daphne, chunked: bool) -> None:
    body = b"x" * (OVER + LAST_BYTES // 2)
    with closing(daphne.call()) as call:
        call.request("POST", "/", body=iter([body]) if chunked else body, encode_chunked=chunked)
        assert_refused(call.getresponse())


def test_a_body_without_end_is_read_no_further(daphne: Daphne) -> None:
    sent = 0
    with closing(daphne.call()) as call:
        call.putrequest("POST", "/")
        call.putheader("Transfer-Encoding", "chunked")
        call.endheaders()
        with suppress(ConnectionError):
            while sent < 2**30:
                call.send(b"%x\r\n%b\r\n" % (len(BLOCK), BLOCK))
                sent += len(BLOCK)
    assert sent < 2**25, "more than the kernel's buffers hold was read"


def test_what_is_under_the_limit_or_barely_over_is_the_applications(daphne: Daphne) -> None:
    with closing(daphne.call()) as call:
        for size in (0, LIMIT, OVER - 1):
            call.request("POST", "/", body=b"x" * size)
            assert (call.getresponse().read(), daphne.told("body")) == (b"", str(size))


def test_a_limit_of_zero_is_none(start: Start) -> None:
    daphne = start(0)
    with closing(daphne.call()) as call:
        call.request("POST", "/", body=b"x" * OVER)
        assert call.getresponse().status == 200


def test_a_handshake_has_no_body(start: Start) -> None:
    with closing(start(0).call()) as call:
        call.request("GET", "/", body=BLOCK * 2, headers={"Upgrade": "WebSocket", "Connection": "Upgrade"})
        assert_refused(call.getresponse())


@pytest.mark.parametrize("where", ["address", "header"])
def test_a_head_that_is_too_large_is_told_so(start: Start, where: str) -> None:
    """An EventSource whose address is too long would else come back for ever."""
    server = start(LIMIT)

    def ask(size: int) -> http.client.HTTPResponse:
        with closing(server.call()) as call:
            long = "a" * size
            address, header = (f"/?content={long}", "short") if where == "address" else ("/", long)
            call.request("GET", address, headers={"X-Long": header})
            answer = call.getresponse()
            answer.body = answer.read()  # type: ignore[attr-defined]
            return answer

    assert ask(60_000).status == 200
    for size in (70_000, 300_000, 3_000_000):
        refused = ask(size)
        assert refused.status == 431
        error = json.loads(refused.body)["error"]  # type: ignore[attr-defined]
        assert (error["type"], error["code"]) == ("invalid_request_error", "head_too_large")
    assert ask(10).status == 200
