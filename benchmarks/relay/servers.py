"""The servers that are compared: ours in its forms, and the yardsticks. All run on one core."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

CHECKOUT: Final = Path(__file__).parent.parent.parent
HERE: Final = Path(__file__).parent
TICK: Final = os.sysconf("SC_CLK_TCK")
PATIENCE: Final = 60
MODELS: Final = (
    "paced-25-200",
    "paced-50-200",
    "paced-20-400",
    "paced-5-150",
    "paced-50-1",
    "paced-500-5500",
    "fast-2000",
    "fast-50000",
)
UPSTREAM_PORT, FIRST_PORT = 8150, 8151
UPSTREAM: Final = f"http://127.0.0.1:{UPSTREAM_PORT}/v1"
NODE: Final = "node relay"
BARE: Final = "bare relay"
DIRECT: Final = "upstream itself"


@dataclass(frozen=True, slots=True)
class Server:
    """A running one, and how it is asked."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    path: str
    headers: Mapping[str, str]
    is_ours: bool = False

    def body(self, model: str, question: str) -> bytes:
        asked: dict[str, object] = {"model": model, "stream": True}
        asked |= (
            {"content": question} if self.is_ours else {"messages": [{"role": "user", "content": question}]}
        )
        return json.dumps(asked).encode()

    def cpu_seconds(self) -> float:
        """Of the process and of its threads, those that ended included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """Resident, in MiB."""
        return self._status("VmRSS:") / 1024

    def threads(self) -> int:
        return self._status("Threads:")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started within it runs there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def all_servers(postgres: str | None, *, only_ours: bool = False) -> Iterator[list[Server]]:
    """The yardsticks first. The servers share core 0; the upstream, and who asks, have core 1.

    `postgres`: the address of a server on which databases may be made; without it SQLite alone is measured.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cores = sorted(os.sched_getaffinity(0))
        theirs, ours = cores[0], cores[-1]
        os.sched_setaffinity(0, {ours})
        found = [stack.enter_context(the_upstream(ours))]
        ports = iter(range(FIRST_PORT, FIRST_PORT + 20))
        for name, command, environment in () if only_ours else _yardsticks():
            port = next(ports)
            process = stack.enter_context(
                _started(
                    [word.format(port=port) for word in command],
                    environment | {"PORT": str(port)},
                    port,
                    theirs,
                )
            )
            found.append(Server(name, port, process, "/chat", {}))
        databases = {"SQLite": f"sqlite:///{scratch}/{{way}}.sqlite3"}
        if postgres is not None:
            databases["PostgreSQL"] = stack.enter_context(_databases(postgres))
        for database, address in databases.items():
            for way, command in OURS.items():
                settings = settings_of(scratch, address.format(way=way), port := next(ports))
                key = prepare(settings)
                words = [sys.executable, *(word.format(port=port) for word in command)]
                process = stack.enter_context(_started(words, settings, port, theirs))
                headers = {"Authorization": f"Bearer {key}"}
                found.append(
                    Server(f"{way}, {database}", port, process, "/api/v1/chat", headers, is_ours=True)
                )
        yield found


@contextmanager
def the_upstream(core: int) -> Iterator[Server]:
    """The model, asked directly."""
    command = [sys.executable, str(HERE / "upstream.py"), str(UPSTREAM_PORT), *MODELS]
    with _started(command, {}, UPSTREAM_PORT, core) as process:
        yield Server(DIRECT, UPSTREAM_PORT, process, "/v1/chat/completions", {})


OURS: Final[dict[str, Sequence[str]]] = {
    "daphne": ("manage.py", "serve"),
    "uvicorn": (
        *(
            "-m",
            "uvicorn",
            "--host",
            "127.0.0.1",
            "--port",
            "{port}",
            "--no-proxy-headers",
            "--no-access-log",
            "--ws-per-message-deflate",
            "false",
        ),
        "chatsite.asgi:application",
    ),
}


def _yardsticks() -> Iterator[tuple[str, Sequence[str], dict[str, str]]]:
    uvicorn = (
        sys.executable,
        "-m",
        "uvicorn",
        "--app-dir",
        str(HERE),
        "--host",
        "127.0.0.1",
        "--port",
        "{port}",
    )
    yield BARE, (*uvicorn, "--no-access-log", "bare_relay:application"), {"UPSTREAM": UPSTREAM}
    packages = CHECKOUT / "var" / "bench" / "node_modules"
    if not (packages / "express").is_dir():
        raise SystemExit("The Node relay wants its packages: `make bench` fetches them into var/bench.")
    # A module looks for packages beside itself: it is read from where they are.
    copy = packages.parent / "express_relay.mjs"
    copy.write_bytes((HERE / "express_relay.mjs").read_bytes())
    yield NODE, ("node", str(copy)), {"UPSTREAM": UPSTREAM, "NODE_ENV": "production"}


def settings_of(scratch: Path, database: str, port: int) -> dict[str, str]:
    """As in production; but one user is all users here, and titles, which ask a second time, are off."""
    return {
        "DJANGO_ENV_FILE": "",
        "DATABASE_URL": database,
        "OPENAI_BASE_URL": UPSTREAM,
        "OPENAI_API_KEY": "none",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DJANGO_SECRET_KEY": "measured-" + "x" * 50,
        "CHAT_FILES_DIR": str(scratch / f"files-{port}"),
        "CHAT_AUTO_TITLE": "0",
        "CHAT_REQUESTS_PER_MINUTE": "0",
        "CHAT_MAX_STREAMS_PER_USER": "0",
        "CHAT_MAX_SOCKETS_PER_USER": "0",
    }


def prepare(settings: Mapping[str, str]) -> str:
    """Migrate, and make a user with a key."""
    environment = os.environ | settings

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    manage("migrate", "--verbosity", "0")
    make_user = "from django.contrib.auth.models import User; User.objects.create_user('alice')"
    manage("shell", "-c", make_user)
    return manage("create_api_key", "alice")


@contextmanager
def _databases(address: str) -> Iterator[str]:
    """A database for each of our servers, `{way}` in its address, dropped at the end."""
    import psycopg

    parts = urlsplit(address)
    names = [f"chat_bench_{way}" for way in OURS]
    with psycopg.connect(address, autocommit=True) as line:
        for name in names:
            line.execute(f'DROP DATABASE IF EXISTS "{name}"')
            line.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(parts._replace(path="/chat_bench_{way}"))
    finally:
        with psycopg.connect(address, autocommit=True) as line:
            for name in names:
                line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _started(
    command: Sequence[str], settings: Mapping[str, str], port: int, core: int
) -> "Iterator[subprocess.Popen[bytes]]":
    with on_core(core):
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        _wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/")
            line.getresponse().read()
            line.close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{' '.join(map(str, process.args))} did not start")  # type: ignore[arg-type]
