"""What a script says while it paints a running reply, by name, wherever that is shown."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIVE_TEXTS: Final[dict[str, Promise]] = {
    "waiting": _("Waiting for the model…"),
    "queue": _("Waiting for a free place: number {place} in the queue."),
    "loading": _("No word yet. A local model may still be loading."),
    "thinking": _("Thinking…"),
    "thinking_for": _("Thinking… {seconds} s"),
    "thought_for": _("Thought for {seconds} s"),
    "thought_long": _("Thought for {minutes} min {seconds} s"),
    "reasoning": _("Reasoning"),
    "lost": _("The connection was lost. Reconnecting…"),
}
