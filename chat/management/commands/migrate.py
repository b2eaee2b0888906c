"""`manage.py migrate`: Django's own, but never over a database that a newer version has been at."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate

from chatsite import schema


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        if (refusal := schema.state().refusal) is not None:
            raise CommandError(refusal)
        super().handle(*args, **options)
