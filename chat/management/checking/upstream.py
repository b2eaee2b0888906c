"""The models' providers: reached, the key accepted, the models listed. Asked nothing unless wished."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from django.db import Error

from chat.chunks import Chunk
from chat.errors import ChatError, UpstreamError
from chat.management.checking.finding import Finding, ok, problem, warning
from chat.upstream import Call, Upstream
from chat.upstream.connections import ConnectionSettings, from_environment, read_connections
from chat.upstream.listing import list_models
from chat.upstream.provider import Provider

PART: Final = "models"
ANSWER_SECONDS: Final = 120.0
ADVICE: Final = {
    "upstream_unreachable": "Is it running, and does the address end as it should (mostly in /v1)?",
    "upstream_timeout": "It is reached and does not answer: look at the provider itself.",
    "upstream_authentication": "Correct OPENAI_API_KEY, or the connection's key in the administration.",
    "upstream_malformed": "What answers there is no provider: correct the base URL (mostly it ends in /v1).",
    "upstream_rejected": "Correct the base URL; or, where it lists no models, name them in CHAT_MODELS.",
}


def connections() -> Sequence[ConnectionSettings]:
    """As the database has them; without it, the environment's alone."""
    try:
        return read_connections()
    except Error:
        return (from_environment(),)


def look(*, ask: bool) -> Iterator[Finding]:
    found = connections()
    if not found:
        yield problem(PART, "There is no connection: nothing answers.", "Enable one in the administration.")
    for settings in found:
        if settings.transport == "demo":
            yield warning(
                PART,
                "The built-in demo model answers.",
                "Set OPENAI_API_KEY or OPENAI_BASE_URL, or add a connection.",
            )
        else:
            yield asyncio.run(_listed(settings))
    if ask:
        yield asyncio.run(_asked())


async def _listed(settings: ConnectionSettings) -> Finding:
    where = f"{settings.name} ({settings.base_url})"
    provider = Provider(settings)
    begun = time.monotonic()
    try:
        models = await list_models(provider)
    except UpstreamError as error:
        if settings.listed is not None and error.code == "upstream_rejected":
            return ok(
                PART, f"{where} is there and lists nothing; {len(settings.listed)} models are named for it."
            )
        todo = ADVICE.get(error.code, "Look into the provider's own log.")
        return problem(PART, f"{where}: {error.message}", todo)
    finally:
        await provider.client.close()
    seconds = time.monotonic() - begun
    if not models and settings.listed is None:
        return problem(PART, f"{where} has no models.", "Pull or load one there, or name one in CHAT_MODELS.")
    return ok(PART, f"{where} accepts us and lists {len(models)} models, in {seconds * 1000:.0f} ms.")


class _Speaks(Exception):
    """The model has begun to answer: that is all that is asked of it."""


def _until_it_speaks(chunks: Sequence[Chunk]) -> None:
    if any(chunk.text or chunk.reasoning for chunk in chunks):
        raise _Speaks


async def _asked() -> Finding:
    """A few words of the default model."""
    upstream = Upstream()
    await upstream.start()
    begun = time.monotonic()
    try:
        await upstream.ready()
        model = upstream.choose("", (), {})
        call = Call(model.id, ({"role": "user", "content": "Answer with one word: hello."},), {}, "doctor")
        async with asyncio.timeout(ANSWER_SECONDS):
            await upstream.ask(call, _until_it_speaks)
    except _Speaks:
        seconds = time.monotonic() - begun
        return ok(PART, f"{model.id} was asked, and began to answer after {seconds:.1f} s.")
    except (ChatError, TimeoutError) as error:
        return problem(
            PART, f"The default model was asked: {error or 'no answer came.'}", "Look at its provider."
        )
    finally:
        with suppress(Exception):
            await upstream.close()
    return problem(PART, "The default model was asked, and said nothing.", "Look at its provider.")
