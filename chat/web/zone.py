"""The reader's time zone, which only their browser knows: a script keeps it in a cookie."""

import re
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone

COOKIE: Final = "zone"
_NAME: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}").fullmatch


def zone_of(request: HttpRequest) -> tzinfo:
    """The server's, where the cookie names none that is known here."""
    name = request.COOKIES.get(COOKIE, "").replace("%2F", "/").replace("%2B", "+")
    if not _NAME(name):
        return timezone.get_default_timezone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # OSError: it names a folder
        return timezone.get_default_timezone()
