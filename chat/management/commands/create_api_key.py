"""`manage.py create_api_key USERNAME`: makes an API key. Only the key goes to stdout, for scripts to take."""

from argparse import ArgumentTypeError
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from chat.audit import Actor
from chat.auth.keys import make_key
from chat.models import ApiKey
from chat.quota import QUOTA_FIELDS, Quota
from chat.scopes import DEFAULT_SCOPES, SCOPES


class Command(BaseCommand):
    help = "Make an API key for a user. The key is printed this once and stored as a hash only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="what the key is for, as the lists show it")
        parser.add_argument(
            "--scope",
            action="append",
            choices=SCOPES,
            dest="scopes",
            help="what it may be used for; may be given several times (default: chat and read)",
        )
        parser.add_argument("--expires", type=days, metavar="DAYS", help="in so many days (default: never)")
        parser.add_argument("--requests-per-minute", type=count, metavar="N")
        parser.add_argument("--streams", type=count, metavar="N", help="replies at a time")
        parser.add_argument("--sockets", type=count, metavar="N", help="live connections at a time")
        parser.add_argument("--tokens-per-day", type=many, metavar="N")
        parser.add_argument("--tokens-per-month", type=many, metavar="N")
        for option in ("--cost-per-day", "--cost-per-month"):
            parser.add_argument(
                option, type=amount, metavar="AMOUNT", help="in the currency of the site's prices"
            )
        parser.add_argument("--message-chars", type=count, metavar="N", help="characters a message")
        parser.add_argument("--attachment-bytes", type=count, metavar="N", help="bytes a file")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        longest = ApiKey._meta.get_field("name").max_length or 0
        if len(name) > longest:
            raise CommandError(f"The name may have {longest} characters at most.")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        if not user.is_active:
            raise CommandError(f"The account {username!r} is deactivated, so its keys would be refused.")
        expires = options["expires"]
        _row, key = make_key(
            Actor(None, "command"),
            user,
            name,
            scopes=options["scopes"] or DEFAULT_SCOPES,
            expires=timezone.now() + timedelta(days=expires) if expires else None,
            quota=Quota(**{limit: options[limit] for limit in QUOTA_FIELDS}),
        )
        self.stdout.write(key)


def days(text: str) -> int:
    return _whole(text, 36_500)


def count(text: str) -> int:
    return _whole(text, 2**31 - 1)


def many(text: str) -> int:
    return _whole(text, 10**15)


def _whole(text: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ArgumentTypeError(f"a whole number from 1 to {most} is wanted, not {text!r}")
    return int(text)


def amount(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not (value.is_finite() and 0 < value < 10**10 and value == round(value, 2)):
        raise ArgumentTypeError(f"an amount such as 20 or 12.50 is wanted, not {text!r}")
    return value
