"""What callers hand to the upstream and get from its catalogue: values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chat.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Call:
    """One completion to ask for."""

    model: str
    """The model's public id, as the catalogue lists it."""
    messages: tuple[dict[str, Any], ...]
    """The whole branch as OpenAI chat messages, the system prompt first, not yet cut to the context."""
    params: dict[str, Any]
    user: str
    """For fairness in a queue; never sent to the provider."""
    continuing: bool = False
    """The last message is the partial reply to go on with."""
    verbatim: bool = False
    """Messages and parameters go as they are: nothing is cut, or left out where the provider refuses it."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as its users know it."""

    id: str
    name: str
    context_length: int | None
    """Tokens; None: not known, nothing is cut."""
    vision: bool
    default: bool
    connection: str
    local: bool
    """May need minutes to load before its first token."""
    allowed_params: frozenset[str] | None
    """None: all."""

    def refuse_params(self, params: Mapping[str, Any]) -> None:
        """Raise `BadRequest` for the first parameter that is not allowed with this model."""
        if self.allowed_params is None:
            return
        for name in params:
            if name not in self.allowed_params:
                raise BadRequest(
                    f"The parameter {name} may not be set for this model. Leave it out.",
                    code="parameter_not_allowed",
                    param=f"params.{name}",
                )
