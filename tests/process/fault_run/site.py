"""A company's site as processes of this run: nginx before several servers, PostgreSQL, a Redis of its own."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from process.harness.people import Person, make_people
from process.harness.postgres import Database, own_database
from process.harness.processes import CHECKOUT, Process, Server, StartServer, environment, manage
from process.harness.proxies import nginx_with
from process.harness.shared_servers import site_on, until_it_has_models
from process.harness.waiting import free_port, until_true

START_SECONDS = 60.0

NGINX_FILES = CHECKOUT / "deploy" / "nginx"


def before(servers: Sequence[Server], folder: Path, port: int) -> str:
    """The lines of `deploy/nginx` for these servers, without the certificate that a test has not."""
    shutil.copytree(NGINX_FILES, folder / "chat")
    places = "\n".join(f"server 127.0.0.1:{server.port} max_fails=1 fail_timeout=2s;" for server in servers)
    theirs = (NGINX_FILES / "servers.conf").read_text()
    ours = re.sub(r"(?m)^ *server 127.*\n", "", theirs).replace("{\n", f"{{\n{places}\n")
    (folder / "chat" / "servers.conf").write_text(ours)
    site = (NGINX_FILES / "site.conf").read_text()
    site = site.replace("/var/log/nginx/chat.log", str(folder / "access.log"))
    site = re.sub(r"(?m)^ *(ssl_certificate|server_name).*\n", "", site)
    return site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")


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

    def clients(self) -> int:
        """How many it has, beside who asks."""
        return len(self._say("client", "list", "type", "normal").splitlines()) - 1 + self._subscribed()

    def _subscribed(self) -> int:
        return len(self._say("client", "list", "type", "pubsub").splitlines())

    def _answers(self) -> bool:
        return self._say("ping") == "PONG"

    def _say(self, *words: str) -> str:
        command = ["redis-cli", "-p", str(self.port), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()


@dataclass(frozen=True, slots=True)
class Site:
    """What a fault may be done to, and where visitors go: `url`."""

    url: str
    servers: list[Server]
    database: Database
    redis: Redis
    people: dict[str, Person]


@contextlib.contextmanager
def whole_site(start: StartServer, folder: Path, ways: Sequence[str], **more: str) -> Iterator[Site]:
    """Up and answering, with a server for each way to start one; all goes at the end."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(own_database("fault_run"))
        redis = Redis(folder)
        redis.start()
        stack.callback(redis.close)
        settings = {**site_on(database), "REDIS_URL": redis.url, **more}
        manage(environment(**settings), "migrate", "-v", "0")
        people = make_people(environment(**settings))
        servers = [start(wait=False, way=way, **settings) for way in ways]
        # The database can be dropped only when nobody uses it.
        for server in servers:
            stack.callback(server.close)
        for server in servers:
            until_true(server.answers, START_SECONDS, "the server's start")
            until_it_has_models(server, people)
        port = free_port()
        stack.enter_context(nginx_with(folder, port, before(servers, folder, port)))
        yield Site(f"http://127.0.0.1:{port}", servers, database, redis, people)
