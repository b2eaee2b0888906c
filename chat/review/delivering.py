"""Sends an announcement: a mail, or a signed post. Waits for the network, and knows no database."""

import hmac
import json
import smtplib
import time
from collections import Counter
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.models.announcement import Way
from chat.models.flag import FlagKind
from chat.review.announcing import Delivery, Told, as_json

SECONDS: Final = 10.0
"""For a receiver to answer."""


class NotDelivered(Exception):
    """Says why in a few words, which hold no address and nothing of the answer."""


def deliver(delivery: Delivery) -> None:
    """Raises `NotDelivered`; then it may or may not have arrived."""
    try:
        if delivery.way == Way.MAIL:
            _mail(delivery)
        else:
            _post(delivery)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(type(error).__name__) from error


def _post(delivery: Delivery) -> None:
    import httpx2  # heavy, and most sites have no receiver

    body = json.dumps(as_json(delivery), separators=(",", ":")).encode()
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Timestamp": moment,
        "X-Signature": f"sha256={signature(settings.CHAT_REVIEW_WEBHOOK_SECRET, moment, body)}",
    }
    address = settings.CHAT_REVIEW_WEBHOOK
    # Of the answer nothing is read but its status; a receiver that points elsewhere has not taken it.
    try:
        with httpx2.stream("POST", address, content=body, headers=headers, timeout=SECONDS) as answer:
            if not answer.is_success:
                raise NotDelivered(f"HTTP {answer.status_code}")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotDelivered(type(error).__name__) from error


def signature(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA-256, in hexadecimal, of `timestamp.body`: one that is kept and posted later shows its age."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()


def _mail(delivery: Delivery) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        mail = EmailMessage(_subject(delivery), _text(delivery), to=settings.CHAT_REVIEW_MAIL)
    mail.send()


def _subject(delivery: Delivery) -> str:
    new, overdue = len(delivery.new), len(delivery.overdue)
    if not overdue:
        return ngettext("%(count)d new flag", "%(count)d new flags", new) % {"count": new}
    if not new:
        return ngettext("%(count)d overdue flag", "%(count)d overdue flags", overdue) % {"count": overdue}
    return _("Flags: %(new)d new, %(overdue)d overdue") % {"new": new, "overdue": overdue}


def _text(delivery: Delivery) -> str:
    parts = []
    if delivery.new:
        parts.append(_("New flags:") + "\n" + _kinds(delivery.new))
    if delivery.overdue:
        parts.append(_("Overdue flags:") + "\n" + _kinds(delivery.overdue))
    parts.append(_("They wait here: %(address)s") % {"address": delivery.queue})
    return "\n\n".join(parts) + "\n"


def _kinds(told: tuple[Told, ...]) -> str:
    counts = Counter(FlagKind(each.kind) for each in told)
    return "\n".join(f"- {kind.label}: {counts[kind]}" for kind in FlagKind if counts[kind])
