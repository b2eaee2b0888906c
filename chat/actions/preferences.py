"""Keep what a user chose."""

from typing import Any

from chat.models import Preferences


def choose(user_id: int, **values: Any) -> None:
    """Set these fields of the user's preferences; the others stay. The values were checked before."""
    Preferences.objects.update_or_create(user_id=user_id, defaults=values)
