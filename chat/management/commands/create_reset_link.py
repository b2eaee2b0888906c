"""`manage.py create_reset_link USERNAME`: a link to set a new password. Only the link goes to stdout."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chat.audit import Actor, record
from chat.audit.log import Detail
from chat.auth import links
from chatsite.site_address import address_for


class Command(BaseCommand):
    help = "Make a link by which a user sets a new password, once. It is printed this once, stored as a hash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--days", type=int, default=links.DAYS, help="how long it is good (default: 7)")

    def handle(self, *args: Any, username: str, days: int, **options: Any) -> None:
        if not 1 <= days <= links.MOST_DAYS:
            raise CommandError(f"A link is good for 1 to {links.MOST_DAYS} days.")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        if not user.is_active:
            raise CommandError(f"The account {username!r} is deactivated: it could not sign in.")
        with transaction.atomic():
            row, path = links.make_link(links.Kind.RESET, user=user, days=days)
            details: dict[str, Detail] = {"kind": str(row.kind), "user": user.pk, "days": days}
            record(Actor(None, "command"), "link_made", "link", row.pk, details)
        self.stdout.write(address_for(path))
