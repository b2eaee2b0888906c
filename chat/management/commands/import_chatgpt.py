"""`manage.py import_chatgpt USERNAME FILE`: an export of ChatGPT, or documents of this site, for a user."""

import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor, record
from chat.service.imports import import_one

OF_CHATGPT = re.compile(r"(^|/)conversations(-\d+)?\.json$")
OF_THIS_SITE = re.compile(r"(^|/)conversations/.+\.json$")


class Command(BaseCommand):
    help = "Import conversations from a zip or JSON file. What is here already is left as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print what became of them as JSON")

    def handle(self, *args: Any, username: str, file: Path, **options: Any) -> None:
        """Exits with 1 where nothing can be done, and with 3 where some could not be read."""
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        conversations = list(_conversations(file))
        counts: Counter[str] = Counter(imported=0, known=0, failed=0)
        failures = []
        for number, conversation in enumerate(conversations, 1):
            outcome = import_one(user.pk, conversation)
            counts[outcome.status] += 1
            if outcome.status == "failed":
                failures.append({"title": outcome.title, "reason": outcome.reason})
                self.stderr.write(f"{outcome.title}: {outcome.reason}")
            if number % 100 == 0 or number == len(conversations):
                self.stderr.write(f"{number} of {len(conversations)}")
        record(Actor(None, "command"), "import", "user", user.pk, dict(counts))
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "failures": failures}, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{counts['imported']} imported, {counts['known']} were here already, "
                f"{counts['failed']} could not be read"
            )
        if failures:
            sys.exit(3)


def _conversations(file: Path) -> Iterator[str]:
    """The JSON of each. Raises `CommandError` for a file that cannot be read."""
    try:
        if not zipfile.is_zipfile(file):
            yield from _in_json(file.read_bytes())
            return
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".json")]
            known = [[name for name in names if kind.search(name)] for kind in (OF_CHATGPT, OF_THIS_SITE)]
            for name in sorted(next(filter(None, known), names)):
                yield from _in_json(archive.read(name))
    except (OSError, zipfile.BadZipFile, ValueError, RecursionError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error


def _in_json(data: bytes) -> Iterator[str]:
    value = json.loads(data)
    for conversation in value if isinstance(value, list) else [value]:
        yield json.dumps(conversation)
