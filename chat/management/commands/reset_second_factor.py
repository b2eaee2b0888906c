"""`manage.py reset_second_factor USERNAME`: for who lost the phone and the recovery codes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.audit import Actor
from chat.service.second_factors import reset_second_factor


class Command(BaseCommand):
    help = (
        "Take a user's authenticator app, passkeys and recovery codes away and sign them out everywhere. "
        "Be sure who asks: from then on the password alone is enough, or sets another one up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        if not reset_second_factor(Actor(None, "command"), user):
            raise CommandError(f"{username!r} has no second factor.")
        self.stdout.write(f"The second factor of {username} is gone, and all their devices are signed out.")
