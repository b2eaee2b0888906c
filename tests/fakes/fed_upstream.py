"""An upstream with the real interface whose replies are fed by the test."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from fakes.engine_ports import FedSource

from chat.chunks import Opened, Take, nobody_hangs_up
from chat.errors import BadRequest
from chat.upstream import Call, ModelInfo, Upstream


class FedUpstream(Upstream):
    """Knows the models `small` (the default), `large`, and `seeing`, which reads images.

    Each call gets the next source.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.sources: list[FedSource] = []
        self.titles: list[str] = []
        self.title_of: Callable[[str], str] = lambda question: ""

    async def start(self) -> None:
        """Nothing to begin."""

    async def ready(self) -> None:
        """The models are always known."""

    async def close(self) -> None:
        """Nothing to close."""

    async def ask(self, call: Call, take: Take, opened: Opened = nobody_hangs_up) -> None:
        source = self._next_source()
        self.calls.append(call)
        await source(take, opened)

    def _next_source(self) -> FedSource:
        for source in self.sources:
            if not source.opened.is_set():
                return source
        self.sources.append(FedSource())
        return self.sources[-1]

    def script(self, *pieces: str, finish_reason: str | None = "stop") -> FedSource:
        """What the next call will get."""
        source = FedSource()
        source.text(*pieces)
        if finish_reason is not None:
            source.end(finish_reason)
        self.sources.append(source)
        return source

    async def title(self, model: str, question: str, user: str) -> str:
        self.titles.append(question)
        return self.title_of(question)

    def models(self, group_ids: Collection[int]) -> list[ModelInfo]:
        return [_model("small", default=True), _model("large"), _model("seeing", vision=True)]

    def choose(self, name: str, group_ids: Collection[int], params: Mapping[str, Any]) -> ModelInfo:
        for model in self.models(group_ids):
            if model.id == name or (not name and model.default):
                return model
        raise BadRequest(f"There is no model {name}.", code="model_not_found", param="model")


def _model(name: str, *, default: bool = False, vision: bool = False) -> ModelInfo:
    return ModelInfo(
        id=name,
        name=name,
        context_length=None,
        vision=vision,
        default=default,
        connection="test",
        local=False,
        allowed_params=None,
    )
