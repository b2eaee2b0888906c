"""`manage.py chat_restore FILE`: a site as a backup has it, into an empty database of either kind.

Whole or not at all: SQLite is filled beside the old file and takes its place at the end, PostgreSQL is filled
in one transaction. Exit codes: 0 restored · 1 failed or refused · 2 a wrong call · 130 interrupted.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection, transaction

from chat import planner
from chat.audit import Actor, record
from chat.management.backup import attached, key, rows, tables
from chat.management.backup.archive import Manifest, NoBackup, Reading, joined, reading
from chat.management.backup.snapshot import pointed_at
from chat.management.interrupting import INTERRUPTED, interruptible
from chat.management.progress import Progress
from chat.search.rebuild import rebuild
from chatsite import schema, server_lock

WRONG_CALL: Final = 2


class Command(BaseCommand):
    help = (
        "Restore what chat_backup wrote, into an empty database: SQLite or PostgreSQL, whichever it was made "
        "from. Tables of an older version are brought up to date. No server may run on the database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="only read it and compare its checksums")
        parser.add_argument("--force", action="store_true", help="replace what the database holds")
        parser.add_argument(
            "--secrets", action="store_true", help="take the secret key over, too, if it is in it"
        )
        parser.add_argument("--json", action="store_true", help="tell what was restored as JSON")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=WRONG_CALL)
        begun = time.monotonic()
        try:
            with interruptible(), reading(file) as backup:
                self._verify(backup)
                if not options["check"]:
                    self._restore(backup, force=options["force"])
                    self._put_key(backup, wanted=options["secrets"])
        except KeyboardInterrupt:
            raise CommandError("Nothing was restored: it was interrupted.", returncode=INTERRUPTED) from None
        except NoBackup as error:
            raise CommandError(f"Nothing was restored: {error}") from error
        except (Error, OSError) as error:
            raise CommandError(f"Nothing was restored: {type(error).__name__}: {error}") from error
        self._tell(file, backup.manifest, time.monotonic() - begun, options)

    def _verify(self, backup: Reading) -> None:
        """Before anything is touched: all of it is read once, and must be what was written."""
        manifest = backup.manifest
        refusal = schema.compared({(app, name) for app, name in manifest.migrations}).unknown
        if refusal:
            raise CommandError(
                "Nothing was restored: the backup was made by a newer version of this program (it has "
                f"{refusal[-1][0]}.{refusal[-1][1]}). Restore it with that version, or a newer one."
            )
        done = 0
        with Progress(sum(member.size for member in manifest.members), sys.stderr) as progress:
            for read in backup.verify():
                done += read
                progress.show(done)

    def _restore(self, backup: Reading, *, force: bool) -> None:
        with _place(force=force):
            self._fill(backup)
            if backup.manifest.files is not None:
                attached.unpack(joined(backup.pieces(backup.manifest.files)))

    def _fill(self, backup: Reading) -> None:
        manifest = backup.manifest
        tables.make_as(manifest.migrations)
        models = {rows.label(model): model for model in rows.models_as_applied()}
        told = {table.model: table for table in manifest.tables}
        before = 0
        with Progress(manifest.rows, sys.stderr) as progress, transaction.atomic():
            tables.defer_checks()
            for name, model in models.items():
                table = told.get(name)
                if table is None:
                    continue
                for done in rows.fill(model, table.fields, backup.lines(table)):
                    progress.show(before + done)
                before += table.rows
            # What refers to rows that are not there is told now, and no statement that changes a table later
            # finds checks that wait.
            connection.check_constraints()
            rows.go_on_counting(list(models.values()))
        call_command("migrate", verbosity=0, interactive=False)
        planner.look_at()
        rebuild()
        record(Actor(None, "command"), "restore", "site", details={"made": manifest.made})

    def _put_key(self, backup: Reading, *, wanted: bool) -> None:
        manifest = backup.manifest
        if wanted:
            member = next((one for one in manifest.others if one.name == key.MEMBER), None)
            if member is None:
                self.stderr.write("The backup has no secret key: it was made without --secrets.")
            elif (kept := key.put_back(b"".join(backup.pieces(member)).decode())) is not None:
                self.stderr.write(f"The secret key is in {kept}, where only its owner can read it.")
                return
            else:
                self.stderr.write("DJANGO_SECRET_KEY names another key than the backup's: it was left alone.")
        if manifest.key != key.fingerprint():
            self.stderr.write(
                "This site has another secret key than the backup's: everybody signs in again, and the keys "
                "of connections must be entered anew in the administration, unless you put the old one back."
            )

    def _tell(self, file: Path, manifest: Manifest, seconds: float, options: dict[str, Any]) -> None:
        if options["json"]:
            facts = {
                "file": str(file),
                "made": manifest.made,
                "restored": not options["check"],
                "rows": manifest.rows,
                "files": manifest.attached,
                "seconds": round(seconds, 1),
            }
            self.stdout.write(json.dumps(facts))
            return
        what = f"{manifest.rows:,} rows and {manifest.attached:,} files of {manifest.made}"
        if options["check"]:
            self.stdout.write(f"{file} is whole: {what}.")
        else:
            self.stdout.write(f"Restored {what}, in {seconds:.1f} s.")


@contextmanager
def _place(*, force: bool) -> Iterator[None]:
    """Where the restored database is made. It takes the old one's place when this ends well."""
    try:
        server_lock.take(patience=0, say=lambda _: None)
    except server_lock.AnotherServer as error:
        raise CommandError(f"Nothing was restored: {error}") from error
    try:
        if (found := tables.holds()) is not None and not force:
            raise CommandError(
                f"Nothing was restored: the database holds {found}. --force replaces them; a backup of them "
                "first is wise."
            )
        if connection.vendor == "sqlite":
            with _beside(Path(connection.settings_dict["NAME"])):
                yield
        else:
            if tables.is_served():
                raise CommandError(
                    "Nothing was restored: a server uses the database. Stop all of them first."
                )
            with transaction.atomic():
                tables.drop()
                yield
    finally:
        server_lock.release()


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    new = path.with_name(f".{path.name}.restored")
    _remove(new)
    try:
        with pointed_at(new):
            yield
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # The old one's log belongs to the old one: left behind, it would be taken for the new one's.
        if path.exists():
            new.chmod(path.stat().st_mode & 0o777)
        _remove(path, logs_only=True)
        new.replace(path)
    finally:
        _remove(new)


def _remove(path: Path, *, logs_only: bool = False) -> None:
    for suffix in ("-wal", "-shm") if logs_only else ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
