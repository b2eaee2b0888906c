"""`manage.py verify_audit`: reads the whole audit log and says whether its chain is whole."""

import json
import re
import sys
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor, record
from chat.audit.chain import Fault, Head, head, is_part, verify

FORM: Final = re.compile(r"(\d+):([0-9a-f]{64})")
LISTED: Final = 20
"""Faults that are named one by one: behind a broken place there may be a million."""
WORDS: Final = {
    "missing": "entries before it are missing",
    "changed": "it is not what was written",
    "unlinked": "it does not follow the entry before it",
}


class Command(BaseCommand):
    help = (
        "Verify the chain of the audit log. Exits with 0 where it is whole, with 1 where it is broken. "
        "Note the head that it prints in another place: given with --head later, it shows whether the end "
        "of the log was cut off or all of it was written anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", metavar="NUMBER:HASH", help="a head that was noted: the chain must go through it"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        known = _head(options["head"])
        total = head().number
        is_terminal = sys.stderr.isatty()

        def progress(number: int) -> None:
            if is_terminal:
                self.stderr.write(f"\r{number:,} of {total:,} entries", ending="")

        end, faults = verify(progress=progress)
        if is_terminal:
            self.stderr.write("\r" + " " * 60 + "\r", ending="")
        is_known = known is None or is_part(known)
        record(
            Actor(None, "command"),
            "verify",
            "audit",
            details={"through": end.number, "head": end.hash, "faults": len(faults) + (not is_known)},
        )
        self._tell(end, faults, is_known=is_known, as_json=options["json"])
        if faults or not is_known:
            sys.exit(1)

    def _tell(self, end: Head, faults: list[Fault], *, is_known: bool, as_json: bool) -> None:
        if as_json:
            answer = {
                "whole": not faults and is_known,
                "entries": end.number,
                "head": f"{end.number}:{end.hash}",
                "goes_through_known_head": is_known,
                "faults": [{"entry": fault.number, "what": fault.what} for fault in faults],
            }
            self.stdout.write(json.dumps(answer))
            return
        for fault in faults[:LISTED]:
            self.stderr.write(f"Entry {fault.number}: {WORDS[fault.what]}.")
        if len(faults) > LISTED:
            self.stderr.write(f"… and {len(faults) - LISTED} faults more.")
        if not is_known:
            self.stderr.write(
                "The chain does not go through the head that was noted: it was cut off, or written anew."
            )
        verdict = "The chain is whole" if not faults and is_known else "THE CHAIN IS BROKEN"
        self.stdout.write(f"{verdict}: {end.number} entries.\nHead: {end.number}:{end.hash}")


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    found = FORM.fullmatch(text)
    if found is None:
        raise CommandError("--head is a number, a colon and 64 hexadecimal digits, as printed.", returncode=2)
    return Head(int(found[1]), found[2])
