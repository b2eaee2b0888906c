"""`manage.py chat_doctor`: looks at all that the site stands on, and says what to do where it is not well.

Changes nothing and asks no model, unless `--ask`. Exit codes: 0 all is well · 1 warnings · 2 problems.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser

from chat.management.checking import database, redis, single_sign_on, site, upstream, way
from chat.management.checking.finding import EXIT_CODES, Finding, Level, worst

WORDS: Final[dict[Level, str]] = {"ok": "OK", "warning": "warning", "problem": "PROBLEM"}


class Command(BaseCommand):
    help = (
        "Look at settings, database, Redis, models, the way to the server, clocks and folders. Exits with 0 "
        "where all is well, with 1 where there are warnings, with 2 where there are problems."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ask", action="store_true", help="ask the default model a word, too: it may cost"
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, ask: bool, **options: Any) -> None:
        found: list[Finding] = []
        for finding in _all(ask=ask):
            found.append(finding)
            if not options["json"]:
                self._tell(finding)
        level = worst(found)
        if options["json"]:
            checks = [
                {"part": one.part, "level": one.level, "says": one.says, "todo": one.todo} for one in found
            ]
            self.stdout.write(json.dumps({"level": level, "checks": checks}, ensure_ascii=False))
        if code := EXIT_CODES[level]:
            sys.exit(code)

    def _tell(self, finding: Finding) -> None:
        self.stdout.write(f"{WORDS[finding.level]:<8} {finding.part:<15} {finding.says}")
        if finding.todo:
            self.stdout.write(f"{'':<8} {'':<15} → {finding.todo}")


def _all(*, ask: bool) -> Iterator[Finding]:
    yield from site.look()
    yield from database.look()
    yield from redis.look()
    yield from upstream.look(ask=ask)
    yield from single_sign_on.look()
    yield from way.look()
    yield from way.clocks()
