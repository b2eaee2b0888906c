"""The server as a real process, under each way of starting it: it ends in order and tells no secrets."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from process.harness.prepared import Prepared, directory_of_the_run
from process.harness.processes import manage
from process.harness.waiting import free_port, until_true

pytestmark = pytest.mark.process

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
WAYS: dict[str, tuple[list[str], int]] = {
    # How to start it, and its exit code after SIGTERM: uvicorn lets the signal end the process.
    "serve": (["manage.py", "serve"], 0),
    "daphne": (["-m", "daphne", "-p", "{port}", "chatsite.asgi:application"], 0),
    "uvicorn": (["-m", "uvicorn", "--port", "{port}", "chatsite.asgi:application"], -signal.SIGTERM),
}


def environment(database: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "DJANGO_ENV_FILE": "",
        "DATABASE_URL": f"sqlite:///{database}",
    }


def migrated_with_dave(settings: Mapping[str, str]) -> str:
    """His key."""
    manage(settings, "migrate", "-v", "0")
    who = ("--username", "dave", "--email", "dave@example.org")
    manage({**settings, "DJANGO_SUPERUSER_PASSWORD": "dave"}, "createsuperuser", "--noinput", *who)
    return manage(settings, "create_api_key", "dave")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(directory_of_the_run(tmp_path_factory), "dave", migrated_with_dave)


class Server:
    """One server process on a copy of the prepared database."""

    def __init__(self, folder: Path, way: str, key: str) -> None:
        self.database = folder / "chat.sqlite3"
        self.key = key
        self.port = free_port()
        self.log_path = folder / f"log-{self.port}"
        command, self.expected_exit = WAYS[way]
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *(part.format(port=self.port) for part in command)],
                cwd=CHECKOUT,
                env={**environment(self.database), "PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )

    def until_up(self) -> "Server":
        until_true(self._is_up, START_SECONDS, "the start")
        return self

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log
        try:
            with self.call("GET", "/api/v1/models") as response:
                return response.status == 200
        except ConnectionError:
            return False

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @contextmanager
    def call(self, method: str, path: str, **fields: str) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        with closing(connection):
            connection.request(method, path, json.dumps(fields) if fields else None, headers)
            with connection.getresponse() as response:
                yield response

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def saved(self, reply: str) -> tuple[str, str]:
        """Status and text of a reply, as the database has them."""
        show = (
            "import json; from chat.models import Message; found = Message.objects.get(pk='{}'); {}".format(
                reply, "print(json.dumps([found.status, found.content]))"
            )
        )
        status, content = json.loads(manage(environment(self.database), "shell", "-v", "0", "-c", show))
        return status, content


Start = Callable[[str], Server]


@pytest.fixture
def start(tmp_path: Path, prepared: Prepared) -> Iterator[Start]:
    """Starts a server in one of the ways; whatever happens, it does not outlive the test."""
    servers: list[Server] = []
    prepared.copy_to(tmp_path)

    def start(way: str) -> Server:
        servers.append(Server(tmp_path, way, prepared.told))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


def events(response: http.client.HTTPResponse) -> Iterator[dict[str, str]]:
    while line := response.readline():
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


@pytest.mark.parametrize("way", WAYS)
def test_sigterm_says_end_to_who_listens_and_saves_what_was_shown(start: Start, way: str) -> None:
    server = start(way).until_up()
    with server.call("POST", "/api/v1/chat", content="demo: long") as response:
        stream = events(response)
        first = next(stream)
        shown = next(event for event in stream if event["type"] == "delta")["text"]
        assert server.end() == server.expected_exit, server.log
        rest = list(stream)
    shown += "".join(event["text"] for event in rest if event["type"] == "delta")
    assert (rest[-1]["type"], rest[-1]["status"]) == ("end", "interrupted"), server.log
    assert server.saved(first["reply"]) == ("interrupted", shown)


@pytest.mark.parametrize("way", WAYS)
def test_an_idle_server_ends_without_complaint_and_tells_no_secrets(start: Start, way: str) -> None:
    server = start(way).until_up()
    with server.call("GET", "/api/v1/messages/x/stream?ticket=a-secret&last_event_id=b-secret") as response:
        response.read()
    assert server.end() == server.expected_exit
    assert "/api/v1/messages/x/stream?ticket=" in server.log
    assert "secret" not in server.log
    assert "Traceback" not in server.log


@pytest.mark.parametrize("way", WAYS)
def test_a_killed_server_leaves_the_database_to_the_next(start: Start, way: str) -> None:
    start(way).until_up().kill()
    assert "Waiting up to" not in start(way).until_up().log


@pytest.mark.parametrize("way", WAYS)
def test_a_second_server_waits_for_the_first_to_end(start: Start, way: str) -> None:
    first = start("serve").until_up()
    second = start(way)
    until_true(lambda: "Waiting up to" in second.log, START_SECONDS, "the second to wait")
    assert f"process {first.process.pid}, since " in second.log
    first.end()
    second.until_up()


def test_a_second_server_gives_up_and_says_who_is_there(start: Start) -> None:
    first = start("serve").until_up()
    second = start("serve")
    assert second.process.wait(60) == 1
    assert "Another server uses" in second.log
    assert f"process {first.process.pid}, since " in second.log
    assert "Traceback" not in second.log
