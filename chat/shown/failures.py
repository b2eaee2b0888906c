"""Why a reply failed, in the reader's language: the API's own sentences are in English, for programs."""

from typing import Any

from django.utils.translation import gettext as _

from chat.shown.refusals import REFUSALS

REFUSED = "The model's provider refused the request: "
"""How `chat.upstream.errors` begins to tell a provider's own words about a request."""


def failure(error: dict[str, Any]) -> str:
    """One sentence, or two, for the `error` of a failed reply."""
    match error.get("code"):
        case "upstream_unreachable":
            return _("The model’s provider failed: it cannot be reached.")
        case "upstream_timeout":
            return _("The model’s provider failed: it did not answer in time.")
        case "upstream_rate_limited":
            return _("The model’s provider failed: it takes no more requests at the moment.")
        case "upstream_authentication":
            return _(
                "The model’s provider failed: it does not accept this server’s key. "
                "An administrator must check the connection."
            )
        case "upstream_incomplete":
            return _("The model’s provider failed: it broke the answer off.")
        case "upstream_malformed":
            return _("The model’s provider failed: its answer cannot be read.")
        case "upstream_error":
            return _("The model’s provider failed: it had an error of its own.")
        case "upstream_context_length":
            return _("This conversation is longer than the model can read. Begin a new one.")
        case "upstream_rejected":
            return _rejected(str(error.get("message") or ""))
        case "not_saved":
            return _("The database refused this reply’s text.")
        case "internal_error":
            return _("The server failed while it read the model. What had arrived is saved.")
        case code if code in REFUSALS:
            return str(REFUSALS[code])
    return str(error.get("message") or "") or _("The model’s provider failed.")


def _rejected(message: str) -> str:
    """With the reason as the provider gave it, where it gave one: the provider's own words."""
    if message.startswith(REFUSED):
        reason = message.removeprefix(REFUSED)
        return _("The model’s provider failed: it refused the request: {reason}").format(reason=reason)
    if "another address" in message:
        return _(
            "The model’s provider failed: it sends us to another address. "
            "An administrator must correct the connection."
        )
    return _("The model’s provider failed: it refused the request.")
