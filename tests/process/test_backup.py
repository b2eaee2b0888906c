"""A backup restored is the same site: into either database, into newer tables; never half, never unasked."""

import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from process.harness.postgres import own_database
from process.harness.prepared import Prepared
from process.harness.processes import SECRET_KEY, StartServer, environment, manage, try_to_manage

FILL: Final = """
from datetime import timedelta
from uuid import UUID
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from chat.audit import Actor, record
from chat.files import folder
from chat.models import Attachment, Completion, Conversation, Message, SignIn
later = timezone.now() + timedelta(days=1)
alice = User.objects.get(username="alice")
row = Conversation.objects.create(owner=alice, title="Räume 你好 😀", params={"stop": ["a", None]})
question = Message.objects.create(conversation=row, role="user", content="two\\nlines \\u2028 findable")
reply = Message.objects.create(
    conversation=row, parent=question, role="assistant", content="y" * 100_000, status="complete")
Completion.objects.create(message=reply, number=1, model="m", status="complete", ended=later, usage={"a": 1})
file = UUID(int=7)
folder.keep(file, bytes(range(256)) * 500)
Attachment.objects.create(owner=alice, message=question, file=file, name="a.bin", kind="text", size=128000)
Attachment.objects.create(owner=alice, message=question, file=UUID(int=8), name="gone", kind="text", size=1)
for number in range(5):
    record(Actor(alice.pk, "admin"), "read", "conversation", number, details={"z": 1, "a": [1.5, "é"]})
Session.objects.create(session_key="s" * 32, session_data="x", expire_date=later)
SignIn.objects.create(user=alice, session_key="s" * 32)
"""
LOOK: Final = """
from uuid import UUID
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from chat.files import folder
from chat.models import AuditEntry, Conversation, SearchEntry
print(SearchEntry.objects.count() >= 2, folder.read(UUID(int=7)) == bytes(range(256)) * 500)
first = AuditEntry.objects.filter(id=1)
for change in (lambda: first.update(action="x"), first.delete):
    try:
        with transaction.atomic():
            change()
        print("changed")
    except DatabaseError:
        print("refused")
row = Conversation.objects.create(owner=User.objects.create_user("new"), title="after")
print(User.objects.get(username="new").pk > User.objects.get(username="alice").pk)
"""
SAME: Final = ["True True", "refused", "refused", "True"]

Settings = Mapping[str, str]


def site(folder: Path, **settings: str) -> Settings:
    """A site of its own: database and files in this folder."""
    folder.mkdir(exist_ok=True)
    return environment(
        **{
            "DATABASE_URL": f"sqlite:///{folder / 'chat.sqlite3'}",
            "CHAT_FILES_DIR": str(folder / "files"),
            **settings,
        }
    )


@pytest.fixture
def here(prepared: Prepared, tmp_path: Path) -> Settings:
    folder = tmp_path / "here"
    folder.mkdir()
    chosen = site(folder, DATABASE_URL=prepared.copy_to(folder))
    manage(chosen, "shell", "-v", "0", "-c", FILL)
    return chosen


def look(settings: Settings) -> list[str]:
    return manage(settings, "shell", "-v", "0", "-c", LOOK).splitlines()


def log(file: Path) -> list[Any]:
    """The audit log in a backup."""
    return contents(file, also_log=True)["chat.auditentry"]


def contents(file: Path, *, also_log: bool = False) -> dict[str, list[Any]]:
    """The rows of a backup by model, as values: PostgreSQL keeps the keys of JSON in its own order.

    The log has an entry more for each backup and restore.
    """
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("manifest.json"))
        return {
            table["model"]: [json.loads(line) for line in archive.read(table["name"]).splitlines()]
            for table in told["tables"]
            if also_log or table["model"] != "chat.auditentry"
        }


def refused(settings: Settings, *arguments: object) -> "subprocess.CompletedProcess[str]":
    done = try_to_manage(settings, *map(str, arguments))
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr, done.stderr
    return done


@contextmanager
def postgres(folder: Path, name: str) -> Iterator[Settings]:
    with own_database(name) as database:
        yield site(folder, DATABASE_URL=database.url)


@pytest.mark.process
def test_restored_into_an_empty_database_it_is_the_same_site(here: Settings, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    told = json.loads(manage(here, "chat_backup", str(first), "--json"))
    assert (told["files"], told["missing_files"], told["secrets"]) == (1, 1, False)
    assert first.stat().st_mode & 0o077 == 0
    there = site(tmp_path / "there")
    manage(there, "chat_restore", str(first))
    manage(there, "chat_backup", str(second))
    assert contents(second) == contents(first)
    entries = len(log(first))
    assert [entry[4] for entry in log(first)[-2:]] == ["read", "backup"]
    assert [entry[4] for entry in log(second)[entries:]] == ["restore", "backup"]
    assert log(second)[:entries] == log(first)
    assert look(there) == SAME
    assert f"The chain is whole: {entries + 2} entries" in manage(there, "verify_audit")


@pytest.mark.process
def test_secrets_are_in_it_only_when_they_are_asked_for(here: Settings, tmp_path: Path) -> None:
    plain, secret = tmp_path / "plain.zip", tmp_path / "secret.zip"
    manage(here, "chat_backup", str(plain))
    manage(here, "chat_backup", str(secret), "--secrets")
    with zipfile.ZipFile(plain) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET_KEY.encode() not in everything
    assert b"s" * 32 not in everything
    with zipfile.ZipFile(secret) as archive:
        assert archive.read("secret_key") == SECRET_KEY.encode()
    assert [row[0] for row in contents(secret)["sessions.session"]] == ["s" * 32]
    other = site(tmp_path / "other", DJANGO_SECRET_KEY="another one, of this test alone")
    done = try_to_manage(other, "chat_restore", str(plain))
    assert done.returncode == 0
    assert "another secret key" in done.stderr


@pytest.mark.process
def test_from_where_something_was_asked_is_in_no_backup(here: Settings, tmp_path: Path) -> None:
    file = tmp_path / "file.zip"
    manage(here, "shell", "-v", "0", "-c", ASK_FROM_A_PLACE)
    manage(here, "chat_backup", str(file), "--secrets")
    with zipfile.ZipFile(file) as archive:
        assert not any(b"p" * 32 in archive.read(name) for name in archive.namelist())
    there = site(tmp_path / "there")
    manage(there, "chat_restore", str(file))
    assert manage(there, "shell", "-v", "0", "-c", LOOK_FOR_PLACES) == "1 0 0"


ASK_FROM_A_PLACE: Final = """
from django.utils.timezone import localdate
from chat.models import Completion, SpentFrom
SpentFrom.objects.create(place="p" * 32, day=localdate(), model="m")
Completion.objects.update(place="p" * 32)
"""
LOOK_FOR_PLACES: Final = """
from chat.models import Completion, SpentFrom
rows = Completion.objects.all()
print(rows.count(), rows.exclude(place=None).count(), SpentFrom.objects.count())
"""


@pytest.mark.process
def test_what_is_not_whole_is_refused_and_nothing_is_changed(here: Settings, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    manage(here, "chat_backup", str(whole))
    data = whole.read_bytes()
    half, bent = tmp_path / "half.zip", tmp_path / "bent.zip"
    half.write_bytes(data[: len(data) // 2])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bent, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text.replace(b"alice", b"mallo") if "auth.user." in name else text)
    there = site(tmp_path / "there")
    for file, word in ((half, "only a part"), (bent, "checksum"), (tmp_path / "no.zip", "no file")):
        assert word in refused(there, "chat_restore", file).stderr
    assert (
        not Path(there["DATABASE_URL"].removeprefix("sqlite:///"))
        .with_name(".chat.sqlite3.restored")
        .exists()
    )
    assert "is there already" in (again := refused(here, "chat_backup", whole)).stderr
    assert again.returncode == 2
    assert whole.read_bytes() == data
    assert json.loads(manage(there, "chat_restore", "--check", "--json", str(whole)))["restored"] is False
    assert [path.name for path in tmp_path.glob(".*.part")] == []


@pytest.mark.process
def test_a_site_with_people_is_replaced_only_by_force_and_never_under_its_server(
    here: Settings, start_server: StartServer, tmp_path: Path
) -> None:
    file, again = tmp_path / "file.zip", tmp_path / "again.zip"
    server = start_server(**dict(here))  # type: ignore[arg-type]
    manage(here, "chat_backup", str(file))  # beside the server
    assert "Another server uses" in refused(here, "chat_restore", "--force", file).stderr
    server.close()
    assert "users and 1 conversations" in refused(here, "chat_restore", file).stderr
    manage(
        here, "shell", "-v", "0", "-c", "from chat.models import Conversation as C; C.objects.all().delete()"
    )
    manage(here, "chat_restore", "--force", str(file))
    manage(here, "chat_backup", str(again))
    assert contents(again) == contents(file)


@pytest.mark.process
def test_a_backup_of_older_tables_is_brought_up_to_date(tmp_path: Path) -> None:
    old, new, file = site(tmp_path / "old"), site(tmp_path / "new"), tmp_path / "old.zip"
    manage(old, "migrate", "-v", "0", "chat", "0009")
    manage(old, "migrate", "-v", "0", "auth")
    manage(old, "migrate", "-v", "0", "sessions")
    fill = "from django.contrib.auth.models import User; User.objects.create_user('from the past')"
    manage(old, "shell", "-v", "0", "-c", fill)
    manage(old, "chat_backup", str(file))
    manage(new, "chat_restore", str(file))
    count = (
        "from django.contrib.auth.models import Group, User;"
        "print(User.objects.get().username, Group.objects.exists())"
    )
    assert manage(new, "shell", "-v", "0", "-c", count) == "from the past True"
    assert manage(new, "migrate", "--check", "-v", "0") == ""


@pytest.mark.process
def test_a_database_that_a_newer_version_was_at_is_left_alone(here: Settings, tmp_path: Path) -> None:
    file, later = tmp_path / "file.zip", tmp_path / "later.zip"
    manage(here, "chat_backup", str(file))
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(later, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "manifest.json":
                told = json.loads(data)
                data = json.dumps(
                    {**told, "migrations": [*told["migrations"], ["chat", "9999_later"]]}
                ).encode()
            target.writestr(name, data)
    assert "made by a newer version" in refused(site(tmp_path / "there"), "chat_restore", later).stderr
    manage(here, "shell", "-v", "0", "-c", MARK)
    for command in (["serve"], ["serve", "--migrate"], ["migrate"], ["chat_backup", str(tmp_path / "x.zip")]):
        done = refused(here, *command)
        assert "newer version" in done.stderr
        assert "chat_restore" in done.stderr
    # The way back that the message names.
    manage(here, "chat_restore", "--force", str(file))
    assert manage(here, "migrate", "--check", "-v", "0") == ""


MARK: Final = """
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
MigrationRecorder(connection).record_applied("chat", "9999_later")
"""


@pytest.mark.postgres
def test_either_database_is_restored_into_the_other(here: Settings, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.zip" for name in ("first", "second", "third"))
    manage(here, "chat_backup", str(first))
    with postgres(tmp_path / "there", "backup") as there:
        manage(there, "chat_restore", str(first))
        manage(there, "chat_backup", str(second))
        assert contents(second) == contents(first)
        assert look(there) == SAME
        assert "The chain is whole" in manage(there, "verify_audit")
        # What is there is replaced whole, functions and triggers, too.
        assert "--force" in refused(there, "chat_restore", first).stderr
        manage(there, "chat_restore", "--force", str(first))
        assert look(there) == SAME
        manage(there, "chat_restore", "--force", str(first))
        manage(there, "chat_backup", "--force", str(second))
    assert log(second)[: len(log(first))] == log(first)
    back = site(tmp_path / "back")
    manage(back, "chat_restore", str(second))
    manage(back, "chat_backup", str(third))
    assert contents(third) == contents(first)


@pytest.mark.postgres
def test_a_postgresql_that_a_server_uses_is_not_restored_into(
    here: Settings, start_server: StartServer, tmp_path: Path
) -> None:
    file = tmp_path / "file.zip"
    manage(here, "chat_backup", str(file))
    with postgres(tmp_path / "there", "backup_served") as there:
        manage(there, "chat_restore", str(file))
        server = start_server(**dict(there))  # type: ignore[arg-type]
        assert "a server uses the database" in refused(there, "chat_restore", "--force", file).stderr
        server.close()
        manage(there, "chat_restore", "--force", str(file))
