"""Why a reply failed, in the reader's language: the API's own sentences are in English, for programs."""

from typing import Any

from django.utils.translation import gettext as _

PROVIDER = "The model's provider "
"""How the sentences of `chat.upstream.errors` begin."""


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
        case "not_saved":
            return _("The database refused this reply’s text.")
    return _other(str(error.get("message") or ""))


def _other(reason: str) -> str:
    """With the reason as it was given: a provider's own words about a request that it refused."""
    if not reason:
        return _("The model’s provider failed.")
    if not reason.startswith(PROVIDER):
        return reason
    return _("The model’s provider failed: {reason}").format(reason=f"it {reason.removeprefix(PROVIDER)}")
