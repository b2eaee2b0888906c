"""The server and the scripted provider as real processes: started, watched, ended by their process id."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from process.harness.waiting import free_port, until_true

CHECKOUT = Path(__file__).resolve().parents[3]
PROVIDER_KEY = "sk-never-to-be-shown-0123456789"
"""The provider's key: it must appear in no answer and in no log."""
SECRET_KEY = "a secret key for servers that live for one test session only"
START_SECONDS = 60.0
"""A start takes two seconds; a machine that runs eight test suites needs more."""


def environment(**settings: str) -> dict[str, str]:
    """The settings of a server: nothing of ours leaks in from the shell that runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SECRET_KEY": SECRET_KEY,
        "DJANGO_DEBUG": "0",
        "DJANGO_ENV_FILE": "",
        "OPENAI_API_KEY": PROVIDER_KEY,
        "REDIS_URL": "",
        "CHAT_REQUESTS_PER_MINUTE": "0",
        "CHAT_MAX_STREAMS_PER_USER": "0",
        "CHAT_MAX_SOCKETS_PER_USER": "0",
        **settings,
    }


def try_to_manage(settings: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `manage.py`, whatever becomes of it."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=dict(settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


def manage(settings: Mapping[str, str], *arguments: str) -> str:
    """Run a command of `manage.py` that must work; what it wrote to stdout."""
    done = try_to_manage(settings, *arguments)
    assert done.returncode == 0, f"manage.py {arguments[0]}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


class Process:
    """A child with its output in a file."""

    def __init__(self, log: Path) -> None:
        self.log_path = log
        self._child: subprocess.Popen[bytes] | None = None

    def spawn(self, command: list[str], settings: Mapping[str, str], folder: Path = CHECKOUT) -> None:
        with self.log_path.open("ab") as log:
            self._child = subprocess.Popen(
                command, cwd=folder, env=dict(settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def child(self) -> subprocess.Popen[bytes]:
        assert self._child is not None, "not started"
        return self._child

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def runs(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL: no last words."""
        self.child.kill()
        self.child.wait(10)

    def ask_to_end(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.child.send_signal(number)

    def freeze(self) -> None:
        """As a machine that sleeps, or a very long pause: it is not dead, and does not know."""
        self.child.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.child.send_signal(signal.SIGCONT)

    def exit_code(self, seconds: float) -> int:
        return self.child.wait(seconds)

    def close(self) -> None:
        """End it, whatever state it is in."""
        if not self.runs:
            return
        self.thaw()
        self.ask_to_end()
        try:
            self.exit_code(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def open_files(self) -> list[str]:
        """What its file descriptors stand for: paths, and `socket:[…]`."""
        found = []
        for descriptor in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                found.append(str(descriptor.readlink()))
            except FileNotFoundError:  # closed between the listing and the look
                continue
        return found


class Provider(Process):
    """The scripted upstream, as a process of its own."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory / "provider.log")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        script = str(CHECKOUT / "tests" / "scripted_upstream.py")
        self.spawn([sys.executable, script, "--port", str(self.port), "--key", PROVIDER_KEY], environment())
        until_true(lambda: answers(f"{self.url}/log"), START_SECONDS, "the provider's start")


SERVERS = {
    "serve": ("manage.py", "serve"),
    "daphne": ("-m", "daphne", "-b", "127.0.0.1", "-p", "{port}", "chatsite.asgi:application"),
    "uvicorn": ("-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}", "chatsite.asgi:application"),
    "impatient daphne": ("tests/process/harness/impatient.py", "daphne", "{port}"),
    "impatient uvicorn": ("tests/process/harness/impatient.py", "uvicorn", "{port}"),
}
"""The ways to start one; the first is what `make run` does; the last two wait two seconds for a body."""


class Server(Process):
    """One server process, with settings of its own."""

    def __init__(self, directory: Path, settings: Mapping[str, str], way: str = "serve") -> None:
        super().__init__(directory / "server.log")
        self.way = way
        self.may_complain = False
        """A test that breaks what the server needs expects tracebacks in its log."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {**settings, "HOST": "127.0.0.1", "PORT": str(self.port)}

    def launch(self) -> None:
        """Start it, without waiting for it."""
        command = [part.format(port=self.port) for part in SERVERS[self.way]]
        self.spawn([sys.executable, *command], self.settings)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.launch()
        until_true(self._up, START_SECONDS, "the server's start")

    def answers(self) -> bool:
        return answers(f"{self.url}/api/v1/openapi.json")

    def has_models(self, key: str) -> bool:
        """Whether it knows of any model already; asked for with somebody's key."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/models", headers={"Authorization": f"Bearer {key}"}
        )
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            return bool(json.load(answer)["results"])

    def _up(self) -> bool:
        assert self.runs, f"the server ended at its start:\n{self.log()}"
        return self.answers()


class StartServer(Protocol):
    """Starts a server with these settings, and sees to its end."""

    def __call__(self, *, wait: bool = True, way: str = "serve", **settings: str) -> Server: ...


class _Here(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: a redirect is an answer, too."""

    def redirect_request(self, *_: object) -> None:
        return None


def answers(url: str) -> bool:
    """Whether somebody answers there, with whatever status."""
    try:
        urllib.request.build_opener(_Here).open(url, timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True
