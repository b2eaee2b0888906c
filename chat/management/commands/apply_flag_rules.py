"""`manage.py apply_flag_rules`: the flag rules on all messages that are there, beside a running server."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor
from chat.models import FlagRule
from chat.review import applying
from chat.review.applying import Applied


class Command(BaseCommand):
    help = (
        "Apply the enabled flag rules to all messages that may be reviewed. What a rule has flagged before "
        "stays as it is, so that it can be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rule", action="append", default=[], help="only this one; may be given again")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many are found, and raise no flag"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        names: list[str] = options["rule"]
        known = set(FlagRule.objects.filter(enabled=True).values_list("name", flat=True))
        if unknown := [name for name in names if name not in known]:
            raise CommandError(f"There is no enabled rule {unknown[0]!r}.", returncode=2)
        total = applying.how_many()

        def progress(done: Applied) -> None:
            if sys.stderr.isatty():
                self.stderr.write(f"\r{done.looked} of {total} messages, {done.found} found", ending="")

        done = applying.apply(names, Actor(None, "command"), dry_run=options["dry_run"], progress=progress)
        if sys.stderr.isatty():
            self.stderr.write("\r", ending="")
        if options["json"]:
            result = {"looked": done.looked, "found": done.found, "raised": done.raised}
            self.stdout.write(json.dumps(result | {"dry_run": options["dry_run"]}))
        else:
            self.stdout.write(
                f"{done.looked} messages were looked at: {done.found} found, {done.raised} flags raised."
            )
