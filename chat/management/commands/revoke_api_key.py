"""`manage.py revoke_api_key PREFIX`: ends an API key, known by the prefix that the lists show."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chat.audit import Actor, record
from chat.auth.keys import PREFIX_LENGTH, revoke_key
from chat.models import ApiKey


class Command(BaseCommand):
    help = "Revoke an API key. Streams and sockets opened with it are closed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", help=f"the first {PREFIX_LENGTH} characters of the key")

    def handle(self, *args: Any, prefix: str, **options: Any) -> None:
        # Exactly the prefix: a shorter one must never revoke every key that begins so.
        with transaction.atomic():
            living = ApiKey.objects.filter(prefix=prefix, revoked=None).values_list("pk", "user_id")
            rows = list(living)
            revoke_key(prefix)
            for key, owner in rows:
                record(Actor(None, "command"), "key_revoke", "key", key, {"user": owner})
        if not rows:
            raise CommandError(
                f"No key in use has the prefix {prefix!r}: the first {PREFIX_LENGTH} characters of a key."
            )
        self.stdout.write(f"Revoked {prefix}.")
