"""What was left out of a request, in the reader's language: the API's own sentences are in English."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def notice(told: dict[str, Any]) -> str:
    """One sentence for one of a reply's `notices`."""
    match told:
        case {"code": "context_cut", "messages": int(count)}:
            return ngettext(
                "The conversation is longer than the model can read: the oldest message was not sent.",
                "The conversation is longer than the model can read: "
                "the oldest %(count)d messages were not sent.",
                count,
            ) % {"count": count}
        case {"code": "parameter_dropped", "param": "stream_options"}:
            return _("The model’s provider does not report how many tokens a reply takes.")
        case {"code": "parameter_dropped", "param": str(name), "instead": str(other)}:
            return _("The model does not take {name}; {other} was sent in its place.").format(
                name=name, other=other
            )
        case {"code": "parameter_dropped", "param": str(name)}:
            return _("The model does not take {name} as it was set; the reply was made without it.").format(
                name=name
            )
    return str(told.get("message", ""))
