"""`manage.py revoke_api_key PREFIX`: ends an API key, known by the prefix that the lists show."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor
from chat.auth.keys import revoke_keys
from chat.models import ApiKey
from chat.models.credentials import PREFIX_LENGTH


class Command(BaseCommand):
    help = "Revoke an API key. Streams and sockets opened with it are closed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", help=f"the first {PREFIX_LENGTH} characters of the key")

    def handle(self, *args: Any, prefix: str, **options: Any) -> None:
        # Exactly the prefix: a shorter one must never revoke every key that begins so.
        if not revoke_keys(Actor(None, "command"), ApiKey.objects.filter(prefix=prefix)):
            raise CommandError(
                f"No key in use has the prefix {prefix!r}: the first {PREFIX_LENGTH} characters of a key."
            )
        self.stdout.write(f"Revoked {prefix}.")
