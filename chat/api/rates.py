"""What is left of somebody's limits, as headers: ours, and on `/v1` also those that OpenAI's clients read."""

import math

from chat import limits
from chat.auth.caller import Caller
from chat.quota import Allowance


def rate_headers(caller: Caller, *, openai: bool) -> dict[str, str]:
    """Nothing of what is not limited."""
    requests, tokens = limits.requests.allowance(caller), limits.tokens.left(caller)
    headers = {}
    if requests is not None:
        headers = {
            "X-RateLimit-Limit": str(requests.limit),
            "X-RateLimit-Remaining": str(requests.remaining),
            "X-RateLimit-Reset": str(math.ceil(requests.reset)),
        }
    if openai:
        headers |= _as_openai("Requests", requests) | _as_openai("Tokens", tokens)
    return headers


def _as_openai(what: str, left: Allowance | None) -> dict[str, str]:
    if left is None:
        return {}
    return {
        f"X-RateLimit-Limit-{what}": str(left.limit),
        f"X-RateLimit-Remaining-{what}": str(left.remaining),
        f"X-RateLimit-Reset-{what}": duration(left.reset),
    }


def duration(seconds: float) -> str:
    """As OpenAI writes it: `0s`, `1s`, `6m0s`, `11h59m30s`."""
    whole = math.ceil(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
