"""`manage.py create_api_key USERNAME`: makes an API key. Only the key goes to stdout, for scripts to take."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chat.audit import Actor, record
from chat.auth.keys import create_key
from chat.models import ApiKey


class Command(BaseCommand):
    help = "Make an API key for a user. The key is printed this once and stored as a hash only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="what the key is for, as the lists show it")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        longest = ApiKey._meta.get_field("name").max_length or 0
        if len(name) > longest:
            raise CommandError(f"The name may have {longest} characters at most.")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        if not user.is_active:
            raise CommandError(f"The account {username!r} is deactivated, so its keys would be refused.")
        with transaction.atomic():
            row, key = create_key(user, name)
            record(Actor(None, "command"), "key_make", "key", row.pk, {"user": user.pk})
        self.stdout.write(key)
