"""`manage.py erase_user USERNAME`: shuts an account and deletes all that it had, but for what is held."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.actions.finish import DELETED
from chat.actions.stop import stop
from chat.audit import Actor
from chat.errors import Conflict
from chat.review.erasing import Extent, erase, extent_of, purge_erased


class Command(BaseCommand):
    help = (
        "Erase a user's data on request. The server may run meanwhile. Exits with 1 where a legal hold "
        "forbids it, and with 3 where something stays because it is held or runs still: a server deletes "
        "that later."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--json", action="store_true", help="print the numbers as JSON")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.", returncode=2)
        extent = extent_of(user.pk)
        if not options["dry_run"]:
            self._ask(username, extent, sure=options["yes"])
            self._erase(user.pk, extent)
        left = extent_of(user.pk).conversations
        if options["json"]:
            numbers = asdict(extent) | {"dry_run": options["dry_run"], "left": left}
            self.stdout.write(json.dumps({"user": user.pk} | numbers))
        else:
            verb = "would be" if options["dry_run"] else "were"
            self.stdout.write(f"{_sentence(extent)} {verb} erased; {left} conversations are left.")
        if not options["dry_run"] and left:
            sys.exit(3)

    def _ask(self, username: str, extent: Extent, *, sure: bool) -> None:
        if sure:
            return
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to ask: give --yes, or --dry-run.", returncode=2)
        self.stderr.write(f"{_sentence(extent)} of {username!r} will be erased. It cannot be undone.")
        if input("Type the username to go on: ") != username:
            raise CommandError("Nothing was erased.", returncode=2)

    def _erase(self, user_id: int, extent: Extent) -> None:
        def progress(done: int) -> None:
            if sys.stderr.isatty():
                self.stderr.write(f"\r{done} of {extent.conversations} conversations", ending="")

        try:
            running = erase(Actor(None, "command"), user_id)
        except Conflict as refusal:
            raise CommandError(refusal.message) from refusal
        for reply in running:
            stop(None, reply, DELETED)  # whoever runs it notices by its row
        purge_erased(user_id, progress)
        if sys.stderr.isatty():
            self.stderr.write("\r", ending="")


def _sentence(extent: Extent) -> str:
    numbers = f"{extent.conversations} conversations, {extent.messages} messages, {extent.files} files"
    kept = f" ({extent.held} conversations are held and stay)" if extent.held else ""
    return numbers + kept
