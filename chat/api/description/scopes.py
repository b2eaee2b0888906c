"""Which scope a key needs for a call: told from the calls themselves, so that it cannot drift."""

import re
from functools import cache

from chat.scopes import Scope


def scopes_of(method: str, path: str) -> tuple[Scope, ...]:
    """One of these; none for what is public."""
    return _known()[method, path]


@cache
def _known() -> dict[tuple[str, str], tuple[Scope, ...]]:
    # Not at the top: the addresses include the page that this is told on.
    from chat.api.openai.urls import urlpatterns as of_openai
    from chat.api.urls import urlpatterns as of_api

    return {
        (method.lower(), prefix + re.sub(r"<(?:path:)?(\w+)>", r"{\1}", str(pattern.pattern))): verb.scopes
        for prefix, patterns in (("/api/v1/", of_api), ("/v1/", of_openai))
        for pattern in patterns
        for method, verb in getattr(pattern.callback, "verbs", {}).items()
    }
