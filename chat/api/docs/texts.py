"""The sentences that the scripts of the page say, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "sending": _("Sending…"),
    "answered": _("{status} after {seconds} s"),
    "streaming": _("{status}; it streams"),
    "over": _("{status}; the stream ended after {seconds} s"),
    "stopped": _("Stopped by you after {seconds} s: the connection is closed."),
    "broken": _("The connection broke after {seconds} s."),
    "unreachable": _("The server cannot be reached."),
    "no_json": _("The body is not JSON: {reason}"),
    "file_bytes": _("{count} bytes of {type}"),
    "cut": _("The first {count} pieces are not shown any more."),
    "found": _("{count} found"),
    "connecting": _("Connecting…"),
    "connected": _("Connected."),
    "closed": _("Closed with {code}. {why}"),
    "not_sent": _("Not sent: connect first."),
    "from_client": _("sent"),
    "from_server": _("received"),
}


def texts() -> dict[str, str]:
    return {name: str(text) for name, text in TEXTS.items()}
