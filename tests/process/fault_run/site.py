"""A company's site as processes of this run: nginx before three servers, PostgreSQL, a Redis of its own."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from process.harness.people import Person, make_people
from process.harness.postgres import Database, own_database
from process.harness.processes import Process, Server, StartServer, environment, manage
from process.harness.proxies import nginx_with
from process.harness.shared_servers import site_on, until_it_has_models
from process.harness.waiting import free_port, until_true

SERVERS = 3
START_SECONDS = 60.0

BEFORE_THEM = """
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ""; }}
    upstream chat {{
        {servers}
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://chat;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_connect_timeout 2s;
        }}
    }}
"""
"""Whose turn it is: no request is sent where the one before it went."""


class Redis(Process):
    """One that may be killed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "redis.log")
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program is not None, "Redis is needed; see .ci/run"
        options = ["--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self.spawn([program, "--port", str(self.port), *options], environment())
        until_true(self._answers, START_SECONDS, "the start of Redis")

    def _answers(self) -> bool:
        ping = ["redis-cli", "-p", str(self.port), "ping"]
        return subprocess.run(ping, capture_output=True, text=True, timeout=5).stdout.strip() == "PONG"


@dataclass(frozen=True, slots=True)
class Site:
    """What a fault may be done to, and where visitors go: `url`."""

    url: str
    servers: list[Server]
    database: Database
    redis: Redis
    people: dict[str, Person]


@contextlib.contextmanager
def whole_site(start: StartServer, folder: Path) -> Iterator[Site]:
    """Up and answering; all of it goes at the end, but for the servers, which `start` sees to."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(own_database("fault_run"))
        redis = Redis(folder)
        redis.start()
        stack.callback(redis.close)
        settings = {**site_on(database), "REDIS_URL": redis.url}
        manage(environment(**settings), "migrate", "-v", "0")
        people = make_people(environment(**settings))
        servers = [start(wait=False, **settings) for _ in range(SERVERS)]
        for server in servers:
            until_true(server.answers, START_SECONDS, "the server's start")
            until_it_has_models(server, people)
        port = free_port()
        places = "\n        ".join(
            f"server 127.0.0.1:{server.port} max_fails=1 fail_timeout=1s;" for server in servers
        )
        stack.enter_context(nginx_with(folder, port, BEFORE_THEM.format(servers=places, port=port)))
        yield Site(f"http://127.0.0.1:{port}", servers, database, redis, people)
        # The database can be dropped only when nobody uses it.
        for server in servers:
            server.close()
