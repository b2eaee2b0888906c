"""How soon the server answers after a cold start: `python benchmarks/cold_start.py [starts]` (default 7).

Each start is a process of its own, on Daphne (`manage.py serve`) and on uvicorn, with SQLite and its tables
there. Prints seconds until `/readyz` says that it is ready, until the sign-in page has come, and until the
first reply of the demo model began.
"""

import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.relay.servers import CHECKOUT, OURS, PATIENCE, prepare, settings_of

PORT = 8199
MOMENTS = ("ready", "first page", "first reply")


def ask(method: str, path: str, key: str | None = None, body: object = None) -> int:
    """The status, once the first bytes of the answer's body are there."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} if key else {}
    line.request(method, path, None if body is None else json.dumps(body), headers)
    answer = line.getresponse()
    answer.read(1)
    line.close()
    return answer.status


def start(way: str, environment: dict[str, str], key: str) -> list[float]:
    """Seconds until ready, until a page, until a reply; each after the one before."""
    command = [sys.executable, *(word.format(port=PORT) for word in OURS[way])]
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = began + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if ask("GET", "/readyz") == 200:
                    break
            time.sleep(0.01)
        ready = time.monotonic() - began
        assert ask("GET", "/accounts/login/") == 200
        page = time.monotonic() - began
        assert ask("POST", "/api/v1/chat", key, {"content": "Hello", "stream": True}) == 200
        return [ready, page, time.monotonic() - began]
    finally:
        process.terminate()
        process.wait(PATIENCE)


def main() -> None:
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as scratch:
        settings = settings_of(Path(scratch), f"sqlite:///{scratch}/cold.sqlite3", PORT)
        settings |= {"OPENAI_BASE_URL": "", "OPENAI_API_KEY": ""}  # the demo model
        key = prepare(settings)
        for way in OURS:
            found = [start(way, os.environ | settings, key) for _ in range(starts)]
            for name, times in zip(MOMENTS, zip(*found, strict=True), strict=True):
                spread = f"{min(times):.2f} to {max(times):.2f}"
                print(f"{way}: {name} after {statistics.median(times):.2f} s ({spread})")


if __name__ == "__main__":
    main()
