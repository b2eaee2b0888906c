"""`manage.py create_invitation`: a link by which somebody makes an account. Only the link goes to stdout."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.auth import links
from chat.models import OneTimeLink
from chatsite.site_address import address_for


class Command(BaseCommand):
    help = "Make an invitation: a link that is good once. It is printed this once and stored as a hash only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--note", default="", help="whom it is for, as the list in the admin shows it")
        parser.add_argument("--days", type=int, default=links.DAYS, help="how long it is good (default: 7)")

    def handle(self, *args: Any, note: str, days: int, **options: Any) -> None:
        longest = OneTimeLink._meta.get_field("note").max_length or 0
        if len(note) > longest:
            raise CommandError(f"The note may have {longest} characters at most.")
        if not 1 <= days <= links.MOST_DAYS:
            raise CommandError(f"A link is good for 1 to {links.MOST_DAYS} days.")
        if settings.CHAT_SIGN_UP == "closed":
            raise CommandError("CHAT_SIGN_UP is closed, so the link would be refused.")
        _row, path = links.make_link(links.Kind.INVITATION, note=note, days=days)
        self.stdout.write(address_for(path))
