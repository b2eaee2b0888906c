"""The models that the reader of a page may use."""

from dataclasses import replace
from typing import Any

from asgiref.sync import async_to_sync

from chat import service
from chat.auth.groups import groups_of
from chat.web.signed_in import PageRequest, caller_of


def models_for(request: PageRequest) -> list[dict[str, Any]]:
    """As far as they are known now. For sync views, whose thread waits a moment for the event loop."""
    groups, _quota = groups_of(request.user.pk)
    caller = replace(caller_of(request), group_ids=groups)
    found: list[dict[str, Any]] = async_to_sync(service.list_models)(caller)["results"]
    return found
