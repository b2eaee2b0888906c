"""`manage.py chat_doctor`: each thing that is wrong has a line that says what to do, and an exit code."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from chat.management.checking.database import file_system

pytestmark = pytest.mark.django_db

NOBODY = 1
"""A port that nobody listens on."""
Checks = dict[str, list[tuple[str, str]]]


@pytest.fixture(autouse=True)
def _nobody_else(settings: Settings, tmp_path: Path) -> None:
    settings.PORT, settings.CHAT_FILES_DIR, settings.VAR_DIR = NOBODY, tmp_path / "files", tmp_path
    settings.SECRET_KEY = "long enough and of many different letters"


def doctor(*arguments: str) -> tuple[int, Checks]:
    """The exit code, and what was found by part."""
    out, code = StringIO(), 0
    try:
        call_command("chat_doctor", "--json", *arguments, stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    told = json.loads(out.getvalue())
    assert {"ok": 0, "warning": 1, "problem": 2}[told["level"]] == code
    found: Checks = {}
    for check in told["checks"]:
        assert bool(check["todo"]) == (check["level"] != "ok"), check
        found.setdefault(check["part"], []).append((check["level"], check["says"]))
    return code, found


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    """A server on this machine; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self)
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_of_it: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_new_site_has_one_warning_the_demo_model() -> None:
    code, found = doctor()
    assert code == 1
    wrong = {part for part, all_of_it in found.items() for level, _says in all_of_it if level != "ok"}
    assert wrong == {"models"}
    assert {"settings", "secret key", "files", "static files", "database", "migrations"} <= set(found)


def test_people_read_a_line_each_with_what_to_do() -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("chat_doctor", stdout=out)
    assert "OK       migrations      All are applied.\n" in out.getvalue()
    assert "warning  models" in out.getvalue()
    assert "→ Set OPENAI_API_KEY or OPENAI_BASE_URL" in out.getvalue()


def test_it_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    doctor()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "part", "level", "word"),
    [
        ({"SECRET_KEY": "abc"}, "secret key", "problem", "3 characters"),
        ({"DEBUG": True, "HOST": "0.0.0.0"}, "settings", "problem", "DJANGO_DEBUG"),
        ({"DJANGO_HTTPS": True}, "settings", "problem", "no proxy is trusted"),
        ({"CHAT_FILES_DIR": Path(__file__) / "files"}, "files", "problem", "cannot be written"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "redis", "problem", "cannot be used"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, "models", "problem", "cannot be reached"),
        ({"CHAT_PUBLIC_URL": "http://127.0.0.1:1"}, "public address", "problem", "does not answer"),
    ],
)
def test_what_is_wrong_is_said(
    settings: Settings, changes: dict[str, Any], part: str, level: str, word: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    code, found = doctor()
    assert code == {"warning": 1, "problem": 2}[level]
    assert any(told == level and word in says for told, says in found[part]), found[part]


def test_a_newer_version_and_a_missing_migration_are_problems() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("chat", "0001_initial")
    assert doctor()[1]["migrations"] == [("problem", "1 are not applied.")]
    recorder.record_applied("chat", "0001_initial")
    recorder.record_applied("chat", "9999_later")
    [(level, says)] = doctor()[1]["migrations"]
    assert level == "problem"
    assert "newer version" in says


def test_a_provider_that_lists_is_well_and_one_that_refuses_the_key_is_not(settings: Settings) -> None:
    def provider(call: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        right = call.headers["Authorization"] == "Bearer sk-right"
        body = b'{"data": [{"id": "a"}, {"id": "b"}]}' if right else b'{"error": {"message": "no"}}'
        return 200 if right else 401, {"Content-Type": "application/json"}, body

    with answering(provider) as url:
        settings.OPENAI_BASE_URL = f"{url}/v1"
        settings.OPENAI_API_KEY = "sk-right"
        code, found = doctor()
        assert (code, found["models"][0][0]) == (0, "ok")
        assert "lists 2 models" in found["models"][0][1]
        settings.OPENAI_API_KEY = "sk-wrong-and-secret"
        code, found = doctor()
    assert code == 2
    assert "credentials" in found["models"][0][1]
    assert "sk-wrong" not in str(found)


def test_a_clock_that_is_an_hour_off_is_told(settings: Settings) -> None:
    def late(call: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return 200, {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, b'{"data": [{"id": "a"}]}'

    with answering(late) as url:
        settings.OPENAI_BASE_URL = url
        [(level, says)] = doctor()[1]["clock"]
    assert level == "warning"
    assert "provider of environment" in says


def test_a_public_address_that_leads_elsewhere_is_told(settings: Settings) -> None:
    with answering(lambda _call: (302, {"Location": "https://elsewhere.example/"}, b"")) as url:
        settings.CHAT_PUBLIC_URL = url
        [(level, says), *_] = doctor()[1]["public address"]
    assert level == "problem"
    assert "Not this program" in says
    assert "elsewhere.example" in says


def test_a_proxy_that_lets_the_world_read_metrics_is_told(settings: Settings) -> None:
    def proxied(call: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return 200, {"X-Request-Id": call.headers.get("X-Request-ID", "")}, b""

    with answering(proxied) as url:
        settings.CHAT_PUBLIC_URL = url
        found = doctor()[1]["public address"]
    assert [level for level, _says in found] == ["ok", "problem"]
    assert "/metrics" in found[1][1]


MOUNTS = """\
22 1 0:20 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw shared:1 - nfs4 server:/srv rw
31 30 0:41 / /srv/local\\040disk rw - xfs /dev/sdb rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/chat/a.sqlite3", "nfs4"), ("/srv/local disk/a", "xfs"), ("/srvx/a", "ext4"), ("/home/a", "ext4")],
)
def test_a_disk_of_another_machine_is_known_by_its_mount(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert file_system(Path(path), mounts) == kind
    assert file_system(Path(path), tmp_path / "none") == ""
