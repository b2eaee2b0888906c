"""`manage.py chat_backup FILE`: the database and the attached files in one file, beside a running server.

Exit codes: 0 the backup is whole · 1 it failed, and there is no file · 2 the call is wrong · 130 interrupted.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection

from chat.audit import Actor, record
from chat.management.backup import attached, key, rows
from chat.management.backup.archive import Manifest, Member, Writing, writing
from chat.management.backup.snapshot import NoRoom, at_one_moment
from chat.management.interrupting import INTERRUPTED, interruptible
from chat.management.progress import Progress
from chatsite import schema

WRONG_CALL: Final = 2


class Command(BaseCommand):
    help = (
        "Write the database and the attached files into one file, which can be restored into SQLite or "
        "PostgreSQL. A server may run meanwhile. Without --secrets neither the secret key nor the sign-ins "
        "of browsers are in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file, which appears when it is whole")
        parser.add_argument("--force", action="store_true", help="replace the file if it is there")
        parser.add_argument(
            "--secrets", action="store_true", help="with the secret key and the sign-ins of browsers"
        )
        parser.add_argument("--json", action="store_true", help="tell what was written as JSON")

    def handle(self, *args: Any, file: Path, force: bool, secrets: bool, **options: Any) -> None:
        if file.exists() and not force:
            raise CommandError(f"{file} is there already. --force replaces it.", returncode=WRONG_CALL)
        if not file.parent.is_dir():
            raise CommandError(f"There is no folder {file.parent}.", returncode=WRONG_CALL)
        begun = time.monotonic()
        try:
            _ask(secrets=secrets)
            with interruptible(), at_one_moment(file.resolve().parent), writing(file) as backup:
                manifest = _write(backup, secrets=secrets)
        except KeyboardInterrupt:
            raise CommandError("There is no backup: it was interrupted.", returncode=INTERRUPTED) from None
        except (Error, OSError, NoRoom) as error:
            raise CommandError(f"There is no backup: {error}") from error
        self._tell(file, manifest, time.monotonic() - begun, as_json=options["json"])

    def _tell(self, file: Path, manifest: Manifest, seconds: float, *, as_json: bool) -> None:
        size = file.stat().st_size
        if as_json:
            facts = {
                "file": str(file),
                "bytes": size,
                "rows": manifest.rows,
                "files": manifest.attached,
                "missing_files": manifest.missing,
                "secrets": manifest.secrets,
                "seconds": round(seconds, 1),
            }
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(
            f"{file}: {size:,} bytes, {manifest.rows:,} rows and {manifest.attached:,} files, "
            f"in {seconds:.1f} s."
        )
        if manifest.missing:
            self.stderr.write(
                f"{manifest.missing:,} files that rows name were not in {settings.CHAT_FILES_DIR}."
            )
        if manifest.secrets:
            self.stderr.write("The secret key is in it, and whoever has the file can sign in as everybody.")
        else:
            self.stderr.write(
                "The secret key is not in it: keep a copy of it elsewhere (DJANGO_SECRET_KEY, or "
                f"{key.path()}), or the keys of connections must be entered anew after a restore."
            )


def _ask(*, secrets: bool) -> None:
    """Whether it may be made; and the note that somebody took everything with them, which is in it, too."""
    state = schema.state()
    if state.refusal is not None:
        raise CommandError(state.refusal)
    if not state.missing:  # else the log may be a table of another form
        record(Actor(None, "command"), "backup", "site", details={"secrets": secrets})


def _write(backup: Writing, *, secrets: bool) -> Manifest:
    """Everything, within the snapshot."""
    models = [
        model
        for model in rows.models_as_applied()
        if rows.label(model) not in rows.LEFT_OUT and (secrets or rows.label(model) not in rows.SECRETS)
    ]
    manifest = Manifest(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        database=connection.vendor,
        migrations=sorted(schema.applied()),
        key=key.fingerprint(),
        secrets=secrets,
    )
    by_label = {rows.label(model): model for model in models}
    attachment = by_label.get("chat.attachment")
    total = sum(rows.count(model) for model in models)
    done = 0
    with Progress(total, sys.stderr) as progress:
        for number, (name, model) in enumerate(by_label.items()):
            member = Member(f"rows/{number:03}-{name}.jsonl", model=name, fields=rows.names(model))
            with backup.member(member) as out:
                for line in rows.lines(model):
                    out.write(line)
                    member.rows += 1
                    done += 1
                    progress.show(done)
            manifest.tables.append(member)
    if attachment is not None:
        manifest.files = Member("files.tar")
        with backup.member(manifest.files, compressed=False) as out:
            manifest.attached, manifest.missing = attached.pack(attached.named_in(attachment), out)
    if secrets:
        member = Member(key.MEMBER)
        with backup.member(member) as out:
            out.write(settings.SECRET_KEY.encode())
        manifest.others.append(member)
    backup.close(manifest)
    return manifest
