"""`manage.py export_conversations --form jsonl --filter "status=failed" --output FILE`.

Writes what the admin's exports give. Exit codes: 0 the file is whole · 1 it failed · 2 the call is wrong ·
130 it was interrupted. A file that is not whole is left under no name; what went to the standard output says
so in its last line.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor
from chat.errors import BadRequest
from chat.management.interrupting import INTERRUPTED, interruptible
from chat.management.progress import Progress
from chat.models import ReviewExport
from chat.review import exports
from chat.review.chosen import chosen
from chat.review.export_forms import FORMS
from chat.review.exports import End
from chat.review.taking_out import Reading

WRONG_CALL: Final = 2


class Command(BaseCommand):
    help = "Write the conversations that may be reviewed and that a filter chooses to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--form", choices=sorted(FORMS), required=True)
        parser.add_argument("--filter", default="", help="as in the address of the list, after its “?”")
        parser.add_argument("--pseudonymise", action="store_true", help="pseudonyms for user names")
        parser.add_argument(
            "--output", type=Path, help="the file, which appears when it is whole; default: stdout"
        )
        parser.add_argument("--json", action="store_true", help="tell what was written as JSON")
        parser.add_argument("--by", metavar="USERNAME", help="who takes it out, for the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = _user(options["by"])
        try:
            chosen_set = chosen(options["filter"].removeprefix("?"), owner)
        except BadRequest as error:
            raise CommandError(f"--filter: {error.message}", returncode=WRONG_CALL) from error
        output: Path | None = options["output"]
        if output is not None and not output.parent.is_dir():
            raise CommandError(f"--output: there is no folder {output.parent}.", returncode=WRONG_CALL)
        source = Reading(chosen_set, options["pseudonymise"])
        export = exports.ask(owner, options["filter"], options["form"], pseudonymised=options["pseudonymise"])
        with interruptible():
            done, how = self._run(export, source, output, Actor(owner, "command"))
        self._tell(options["json"], export, done, how, output)
        if how is not End.WHOLE:
            sys.exit(INTERRUPTED if how is End.CANCELLED else 1)

    def _run(
        self, export: ReviewExport, source: Reading, output: Path | None, actor: Actor
    ) -> tuple[int, End]:
        total, done, how = source.total(), 0, End.FAILED
        if not exports.begin(export, total, actor):
            return 0, End.FAILED
        form = FORMS[export.form]
        try:
            with _file(output) as file, Progress(total, sys.stderr) as progress:
                try:
                    file.write(form.opening)
                    while (batch := source.next_batch()) is not None:
                        for taken in batch:
                            file.writelines(form.encode(taken))
                        done += len(batch)
                        progress.show(done)
                        if progress.is_time and not exports.note(export.pk, done):
                            raise KeyboardInterrupt
                except BaseException as error:
                    why = End.CANCELLED if isinstance(error, KeyboardInterrupt) else End.FAILED
                    with suppress(OSError):  # nobody reads
                        file.write(form.not_whole(exports.not_whole(why, done, total)))
                    raise
            how = End.WHOLE
        except KeyboardInterrupt:
            how = End.CANCELLED
        except OSError as error:  # no place left, or nobody reads
            self.stderr.write(f"{error}")
            if output is None:
                _drop_what_is_left()
        finally:
            exports.end(export.pk, done, how, actor)
        return done, how

    def _tell(self, as_json: bool, export: ReviewExport, done: int, how: End, output: Path | None) -> None:
        # Where the conversations themselves go to the standard output, this goes beside it.
        out = self.stderr if output is None else self.stdout
        if as_json:
            facts = {"export": str(export.pk), "form": export.form, "conversations": done, "end": how.value}
            facts["output"] = None if output is None else str(output)
            out.write(json.dumps(facts))
        elif how is End.WHOLE:
            out.write(f"{done} conversations written.")
        else:
            out.write(f"Not whole: {how.value} after {done} conversations.")


def _user(name: str | None) -> int | None:
    if name is None:
        return None
    found = User.objects.filter(username=name).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"--by: there is no user {name!r}.", returncode=WRONG_CALL)
    return found


@contextmanager
def _file(output: Path | None) -> Iterator[IO[bytes]]:
    """The standard output, or a file beside the wanted one, which takes its name when all is written."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with tempfile.NamedTemporaryFile(
        dir=output.parent, prefix=f".{output.name}.", suffix=".part", delete=False
    ) as file:
        path = Path(file.name)
        try:
            yield file
            file.flush()
            path.replace(output)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _drop_what_is_left() -> None:
    """Python would write it out as it ends, fail again, and exit with a code of its own."""
    with suppress(OSError):  # no file of the system's: a caller's own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
