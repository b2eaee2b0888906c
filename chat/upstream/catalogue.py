"""The list of models: what providers list, as the administrator arranged it, for one user's groups.

Pure and from memory: it never waits on a provider. `upstream` keeps the listings fresh.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from chat.errors import BadRequest, Unavailable
from chat.upstream.call import ModelInfo
from chat.upstream.connections import ConnectionSettings, ModelSettings

NOT_FOR_CHAT = re.compile(
    r"embed|whisper|\btts\b|dall-e|moderation|transcribe|gpt-image|realtime|rerank|\bsora|babbage-002|davinci-002"
)
"""Providers list all their models; these cannot chat, and one of them must not become the default. Naming
one in CHAT_MODELS or in the admin lists it all the same."""

KEPT = 256
"""Sets of groups whose models are kept."""

KNOWN_TO_SEE = re.compile(
    r"gpt-4o|gpt-4\.[15]|gpt-4-turbo|gpt-[5-9]|\bo[13]\b(?!-mini)|\bo4-mini|claude-(?!2|instant)|gemini"
    r"|gemma-?3(?!.*\b(?:1b|270m))|llama-?4|llama-?3\.2-(?:11b|90b)|llava|vision|pixtral"
    r"|mistral-(?:small-3|medium|large-3)|\bvl\b|[0-9]vl\b|qvq|internvl|minicpm-?v|moondream|multimodal"
    r"|grok-[4-9]|glm-4\.[0-9]v"
)
"""Most providers do not say whether a model reads images. Of these families it is known; of others the
administrator says it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as a provider lists it."""

    upstream_id: str
    context_length: int | None = None
    vision: bool | None = None
    """None: the provider does not say."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a model's public id leads."""

    connection: str
    upstream_id: str
    info: ModelInfo


@dataclass(frozen=True, slots=True)
class _Entry:
    connection: ConnectionSettings
    upstream_id: str
    settings: ModelSettings
    listed: Listed | None

    def seen_by(self, groups: Collection[int]) -> bool:
        wanted = self.settings.groups
        return not self.settings.hidden and (not wanted or not wanted.isdisjoint(groups))


class Catalogue:
    """A picture of all connections and what they listed; a new one is made when either changes."""

    def __init__(
        self, connections: Sequence[ConnectionSettings], listings: Mapping[str, Sequence[Listed] | None]
    ) -> None:
        self._entries: dict[str, _Entry] = {}
        self._unlisted = [
            connection
            for connection in connections
            if connection.listed is None and listings.get(connection.name) is None
        ]
        """Connections whose models are not known: they may have the one that is asked for."""
        for connection in connections:
            for entry in _entries(connection, listings.get(connection.name)):
                # The same model of a later connection is told apart by that connection's name.
                public_id = entry.upstream_id
                if public_id in self._entries:
                    public_id = f"{connection.name}/{entry.upstream_id}"
                self._entries[public_id] = entry
        self._infos = {public_id: _info(public_id, entry) for public_id, entry in self._entries.items()}
        # Every question asks for its model, and a provider may list hundreds.
        self._seen_by = lru_cache(KEPT)(self._seen)

    def models(self, groups: Collection[int]) -> list[ModelInfo]:
        """What somebody in these groups may use, in the order of the connections."""
        return list(self._seen_by(frozenset(groups)).values())

    def _seen(self, groups: frozenset[int]) -> dict[str, ModelInfo]:
        """The same by their ids."""
        seen = [public_id for public_id, entry in self._entries.items() if entry.seen_by(groups)]
        default = next((public_id for public_id in seen if self._entries[public_id].settings.default), None)
        infos = {public_id: self._infos[public_id] for public_id in seen}
        if seen:
            default = default or seen[0]
            infos[default] = replace(infos[default], default=True)
        return infos

    def choose(self, model: str, groups: Collection[int]) -> ModelInfo:
        """The model of this id, or the default one for an empty id. Raises `BadRequest`, `Unavailable`."""
        seen = self._seen_by(frozenset(groups))
        info = seen.get(model) or next((info for info in seen.values() if info.default and not model), None)
        if info is not None:
            return info
        if not model:
            raise Unavailable(
                "No model is available now: the provider cannot be reached, or lists none. "
                "Try again later. An administrator finds the cause in the log, and can set CHAT_MODELS.",
                code="no_model",
                retry_after=5,
            )
        if model in self._entries or not self._unlisted:
            raise BadRequest(
                f"There is no model {model[:100]!r} here. See the list of models.",
                code="model_not_found",
                param="model",
            )
        return self.find(model).info

    def find(self, model: str) -> Found:
        """Where the model of this id is, whoever may use it. Raises `BadRequest`."""
        entry = self._entries.get(model)
        if entry is None and self._unlisted:
            # Nobody knows what this provider has: it will say itself whether it has this one.
            entry = _Entry(self._unlisted[0], model, ModelSettings(model), None)
        if entry is None:
            raise BadRequest(
                "This model is no longer available. Choose another.", code="model_not_found", param="model"
            )
        info = self._infos.get(model) or _info(model, entry)
        return Found(entry.connection.name, entry.upstream_id, info)


def _entries(connection: ConnectionSettings, listing: Sequence[Listed] | None) -> Iterator[_Entry]:
    """The models of one connection: those given, else those listed; then those that only the admin names."""
    arranged = {settings.upstream_id: settings for settings in connection.models}
    if connection.listed is not None:
        known = {name: Listed(name) for name in connection.listed}
    else:
        known = {
            listed.upstream_id: listed
            for listed in listing or ()
            if listed.upstream_id in arranged or not NOT_FOR_CHAT.search(listed.upstream_id.lower())
        }
    for upstream_id in dict.fromkeys([*known, *arranged]):
        settings = arranged.get(upstream_id) or ModelSettings(upstream_id)
        yield _Entry(connection, upstream_id, settings, known.get(upstream_id))


def _info(public_id: str, entry: _Entry) -> ModelInfo:
    return ModelInfo(
        id=public_id,
        name=entry.settings.name or public_id,
        context_length=entry.settings.context_length
        or (entry.listed.context_length if entry.listed else None),
        vision=entry.settings.vision or _sees(entry),
        default=False,
        connection=entry.connection.name,
        local=entry.connection.local,
        allowed_params=entry.settings.allowed_params,
    )


def _sees(entry: _Entry) -> bool:
    """Whether a model reads images, as far as its provider or its name says."""
    if entry.listed is not None and entry.listed.vision is not None:
        return entry.listed.vision
    return entry.connection.transport == "demo" or KNOWN_TO_SEE.search(entry.upstream_id.lower()) is not None
