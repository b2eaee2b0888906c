"""What goes wrong between us and a provider, as errors that a user may read: what it is, and what to do.

Nothing of the provider's passes but the shortened, cleaned reason of a refused request: no key, no
address, no internals. Whoever runs the server finds the cause chained to the error, in the log.
"""

import email.utils
import re
import time
from collections.abc import Mapping
from typing import Any

from chat.errors import UpstreamError, UpstreamTimeout

ADMIN = "If it stays so, an administrator should check the connection."
REASON_CHARS = 300
"""Enough for any provider's sentence, too little for a traceback."""

_HIDDEN = (
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "[address]"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b"), "[address]"),
    (re.compile(r"\b[\w-]+(?:\.[\w-]+)*:\d{2,5}\b"), "[address]"),
    (re.compile(r"\bBearer\s+\S+", re.IGNORECASE), "[key]"),
    (re.compile(r"\b(?:sk|pk|rk|key|gsk|xai|org|proj)[-_][\w*.…-]{4,}", re.IGNORECASE), "[key]"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{24,}\b"), "[key]"),
    (re.compile(r"(?:/[\w.-]+){3,}"), "[path]"),
)
_CONTEXT_CODES = frozenset(
    {"context_length_exceeded", "string_above_max_length", "model_max_length_exceeded"}
)
_CONTEXT_WORDS = re.compile(
    r"context[ _](?:length|window|size)|maximum context|prompt is too long|too many (?:input )?tokens",
    re.IGNORECASE,
)


class Refusal(Exception):
    """The provider's answer with a status that is no success. `body`: what its JSON says of the error."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.body = body
        self.headers = headers


def refused(error: Exception) -> UpstreamError:
    """Our error for what was raised before the answer began."""
    if isinstance(error, Refusal):
        return by_status(error.status, error.body, error.headers)
    import aiohttp
    import openai  # Costs 0.7 s, and is loaded already where there is an error of its to translate.

    if isinstance(error, openai.APIStatusError):
        return by_status(error.status_code, error.body, error.response.headers)
    if isinstance(error, aiohttp.ClientResponseError) and error.request_info.method != "CONNECT":
        return malformed()  # no HTTP, or what is not read here; a CONNECT is answered by a proxy
    if _is_timeout(error):
        return UpstreamTimeout(
            f"The model's provider did not accept the connection in time. Try again. {ADMIN}"
        )
    return UpstreamError(
        f"The model's provider cannot be reached. Try again. {ADMIN}", code="upstream_unreachable"
    )


def sdk_errors() -> tuple[type[Exception], ...]:
    """What the SDK and its transports raise, for an address or a key that cannot be as well."""
    import aiohttp
    import httpx2
    import openai

    return openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, aiohttp.ClientError, OSError, UnicodeError


def unreached() -> tuple[type[Exception], ...]:
    """Of these, what may pass: there is no connection, or it broke before an answer came."""
    import aiohttp
    import httpx2

    return httpx2.TransportError, aiohttp.ClientConnectionError, aiohttp.ClientHttpProxyError


def by_status(status: int, body: object, headers: Mapping[str, str]) -> UpstreamError:
    """Our error for the provider's answer with a 3xx, 4xx or 5xx."""
    details = body if isinstance(body, dict) else {}
    if status in (401, 403):
        return UpstreamError(
            "The model's provider does not accept this server's credentials. "
            "An administrator must check the connection's key.",
            code="upstream_authentication",
        )
    if status == 429:
        return _rate_limited(retry_after(headers))
    if status in (408, 504):
        return no_answer()
    if status >= 500:
        return _failed()
    if status < 400:
        return UpstreamError(
            "The model's provider sends us to another address. "
            "An administrator must correct the connection's base URL.",
            code="upstream_rejected",
        )
    reason = str(details.get("message") or "")
    if details.get("code") in _CONTEXT_CODES or _CONTEXT_WORDS.search(reason):
        return _context_length()
    return rejected(reason)


def reported(error: object) -> UpstreamError:
    """Our error for one that the provider tells of inside an answer with status 200."""
    details: dict[str, Any] = error if isinstance(error, dict) else {"message": error}
    names = {str(details.get("code")), str(details.get("type"))}
    if "429" in names or any("rate_limit" in name or "quota" in name for name in names):
        return _rate_limited(None)
    if names & _CONTEXT_CODES or _CONTEXT_WORDS.search(str(details.get("message") or "")):
        return _context_length()
    code = str(details.get("code"))
    if code.isdecimal() and 400 <= int(code) < 500:
        return by_status(int(code), details, {})
    return _failed()


def rejected(reason: str) -> UpstreamError:
    told = shown(reason)
    return UpstreamError(
        f"The model's provider refused the request: {told}"
        if told
        else "The model's provider refused the request.",
        code="upstream_rejected",
    )


def malformed() -> UpstreamError:
    return UpstreamError(
        f"The model's provider sent an answer that cannot be read. Try again. {ADMIN}",
        code="upstream_malformed",
    )


def not_a_stream() -> UpstreamError:
    return UpstreamError(
        "What answers at the connection's base URL is no model's provider. An administrator must correct it.",
        code="upstream_malformed",
    )


def incomplete() -> UpstreamError:
    return UpstreamError(
        "The model's provider broke the answer off. What had arrived is saved; continue or try again.",
        code="upstream_incomplete",
    )


def no_answer() -> UpstreamTimeout:
    return UpstreamTimeout(f"The model's provider did not answer in time. Try again. {ADMIN}")


def no_first_token(seconds: float) -> UpstreamTimeout:
    return UpstreamTimeout(
        f"The model did not begin to answer within {seconds:g} seconds. Try again. {ADMIN}"
    )


def stalled(seconds: float) -> UpstreamTimeout:
    return UpstreamTimeout(
        f"The model sent nothing more for {seconds:g} seconds. "
        "What had arrived is saved; continue or try again."
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait, from whichever header it sent."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        moment = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def shown(reason: str) -> str:
    """A provider's sentence as a user may see it: its first line, short, without keys and addresses."""
    line = next((line.strip() for line in reason.splitlines() if line.strip()), "")
    for pattern, stand_in in _HIDDEN:
        line = pattern.sub(stand_in, line)
    return line if len(line) <= REASON_CHARS else line[: REASON_CHARS - 1] + "…"


def _rate_limited(seconds: float | None) -> UpstreamError:
    when = "in a while" if seconds is None else f"in {max(1, round(seconds))} seconds"
    return UpstreamError(
        f"The model's provider takes no more requests at the moment. Try again {when}.",
        code="upstream_rate_limited",
        retry_after=seconds,
    )


def _failed() -> UpstreamError:
    return UpstreamError(
        f"The model's provider had an error of its own. Try again. {ADMIN}", code="upstream_error"
    )


def _context_length() -> UpstreamError:
    return UpstreamError(
        "The conversation is longer than the model can read. Begin a new one; an administrator can set "
        "the model's context length, so that the oldest messages are left out.",
        code="upstream_context_length",
    )


def _is_timeout(error: BaseException) -> bool:
    """Whether a time-out is at the bottom of it.

    The SDK's aiohttp transport calls every connection error a time-out of connecting (its entry for
    `ClientConnectionError`), so only what aiohttp itself raised tells a refusal from silence.
    """
    import aiohttp

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, aiohttp.ClientError):
            return isinstance(cause, TimeoutError)
        error, cause = cause, cause.__cause__
    return "Timeout" in type(error).__name__
