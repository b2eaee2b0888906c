"""The server as users start it, on the database that `DATABASE_URL` names, and a user who opens its pages."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

ROOT: Final = Path(__file__).parent.parent
PORT: Final = 8139
PATIENCE: Final = 60


@contextmanager
def the_server() -> "Iterator[subprocess.Popen[bytes]]":
    environment = os.environ | {"PORT": str(PORT), "DJANGO_ENV_FILE": ""}
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server)
        yield server
    finally:
        server.terminate()
        server.wait(PATIENCE)


def cookie_of(user: User) -> str:
    """Of a session of theirs."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def opened(path: str, cookie: str, headers: Mapping[str, str] = {}) -> tuple[float, bytes]:
    """Milliseconds until the whole page was here, and the page."""
    began = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
    line.request("GET", path, headers={"Cookie": cookie, **headers})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    return (time.perf_counter() - began) * 1000, body


def _wait_for(server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        try:
            opened("/accounts/login/", "")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server did not start.")
