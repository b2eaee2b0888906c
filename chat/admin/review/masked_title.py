"""What stands in place of a title that its reader has not opened yet (`chat.review.masks`)."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


def masked_title(owner: str, moment: datetime) -> str:
    day = date_format(localtime(moment), "MONTH_DAY_FORMAT")
    return _("Conversation of %(user)s, %(day)s") % {"user": owner, "day": day}
