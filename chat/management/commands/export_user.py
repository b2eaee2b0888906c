"""`manage.py export_user USERNAME --output FILE`: all data of a user as a ZIP file, on request."""

import shutil
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor, record
from chat.service.my_data import make_archive


class Command(BaseCommand):
    help = "Write everything that is kept of a user into a ZIP file: what they could take themselves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="is not overwritten")

    def handle(self, *args: Any, username: str, output: Path, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.", returncode=2)
        try:
            # It is somebody's whole correspondence: nobody else on this machine reads it.
            output.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise CommandError(f"{output} cannot be made: {error.strerror}.", returncode=2) from error
        try:
            record(Actor(None, "command"), "export_user", "user", user.pk)
            with make_archive(user.pk) as archive, output.open("wb") as file:
                shutil.copyfileobj(archive, file)
        except BaseException:
            output.unlink()
            raise
        self.stdout.write(f"{output}: {output.stat().st_size} bytes.")
