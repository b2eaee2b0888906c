"""What a user chose, as a value: also for those who never opened the settings."""

from dataclasses import dataclass, field
from typing import Any

from chat.models import Preferences
from chat.models.preferences import Leaving, Theme, Transport


@dataclass(frozen=True, slots=True)
class Chosen:
    """The fields of `chat.models.Preferences`, as they are for who has no row."""

    language: str = ""
    theme: str = Theme.SYSTEM.value
    transport: str = Transport.SSE.value
    leaving: str = Leaving.SITE.value
    leaving_seconds: int = 30
    model: str = ""
    system_prompt: str = ""
    params: dict[str, Any] = field(default_factory=dict)

    def resume_window(self, of_site: float | None) -> float | None:
        """Seconds that a reply goes on after its last page was closed; None is to its end."""
        match self.leaving:
            case Leaving.STOP:
                return 0
            case Leaving.AFTER:
                return self.leaving_seconds
            case Leaving.FINISH:
                return None
            case _:
                return of_site


FIELDS = tuple(Chosen.__dataclass_fields__)


def preferences_of(user_id: int) -> Chosen:
    """One query."""
    values = Preferences.objects.filter(user_id=user_id).values(*FIELDS).first()
    return Chosen() if values is None else Chosen(**values)
