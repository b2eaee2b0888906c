"""Asks one provider for its models, again and again, beside everything else: nobody waits for it."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from chat.errors import UpstreamError
from chat.upstream import errors
from chat.upstream.catalogue import Listed
from chat.upstream.provider import Provider

logger = logging.getLogger(__name__)

LIST_SECONDS = 10.0
REFRESH_SECONDS = 300.0
"""A model that was pulled or deployed shows within five minutes."""
RETRY_SECONDS = (2.0, 5.0, 15.0, 30.0, 60.0)
"""Waits after failures; the last one repeats. A provider that comes back shows within a minute."""


class _Architecture(msgspec.Struct):
    input_modalities: list[str] | None = None


class _Model(msgspec.Struct):
    id: str
    architecture: _Architecture | None = None
    """OpenRouter: what it reads."""
    context_length: int | None = None
    """OpenRouter and others."""
    max_model_len: int | None = None
    """vLLM."""


class _Models(msgspec.Struct):
    data: list[_Model] | None = None


async def keep_listing(provider: Provider, listed: Callable[[list[Listed] | None], None]) -> None:
    """Hand what the provider lists to `listed`, or None after the first failure.

    Where the models are given there is nothing to ask; the client is only made ready for the first call.
    """
    if provider.settings.listed is not None:
        async with provider.client.in_use():
            return
    failures = 0
    while True:
        try:
            listed(await list_models(provider))
            failures = 0
            await asyncio.sleep(REFRESH_SECONDS)
        except UpstreamError as error:
            if failures == 0:
                logger.warning("connection %s lists no models: %s", provider.settings.name, error.message)
                listed(None)
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1


async def list_models(provider: Provider) -> list[Listed]:
    """What the provider lists now. Raises `UpstreamError`."""
    try:
        async with asyncio.timeout(LIST_SECONDS), provider.client.in_use() as line:
            answer = await line.sdk.models.with_raw_response.list()
    except TimeoutError as error:
        raise errors.no_answer() from error
    except errors.sdk_errors() as error:
        raise errors.refused(error) from error
    return models_in(answer.content)


def models_in(body: bytes) -> list[Listed]:
    """The models in a provider's answer. Raises `UpstreamError`."""
    try:
        models = msgspec.json.decode(body, type=_Models).data or []
    except ValueError as error:
        raise errors.malformed() from error
    return [
        Listed(model.id, model.context_length or model.max_model_len, _reads_images(model))
        for model in models
        if model.id
    ]


def _reads_images(model: _Model) -> bool | None:
    modalities = model.architecture.input_modalities if model.architecture else None
    return None if modalities is None else "image" in modalities
