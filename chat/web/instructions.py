"""What a conversation says to the model before everything else, and how: a sheet over it, or a page."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat import service
from chat.access.rows import conversation_for
from chat.auth.groups import groups_of
from chat.database import reading
from chat.models import Conversation
from chat.quota import Quota
from chat.web.settings.chat import PARAMS, NewChatsForm
from chat.web.sidebar import sidebar_of
from chat.web.signed_in import PageRequest, caller_of, signed_in_async
from chat.web.texts import texts


class InstructionsForm(NewChatsForm):
    """Of one conversation. Its model is picked beside the box."""

    field_order = ["system_prompt", *PARAMS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, models=[], **kwargs)
        del self.fields["model"]
        self.fields["system_prompt"].help_text = gettext_lazy(
            "What the model is told before everything else: who you are, how it should answer."
        )

    def changes(self, params: dict[str, Any]) -> dict[str, Any]:
        """For `PATCH conversations`. What a program set besides, and this form does not show, stays."""
        others = {name: value for name, value in params.items() if name not in PARAMS}
        shown = {name: self.cleaned_data[name] for name in PARAMS if self.cleaned_data[name] is not None}
        return {"system_prompt": self.cleaned_data["system_prompt"], "params": others | shown}


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in_async
async def instructions(request: PageRequest, conversation_id: UUID | None = None) -> HttpResponse:
    """GET shows them, POST keeps them. In a new chat POST makes the conversation, with what was chosen."""
    found, quota = await reading(_read, request.user.pk, conversation_id)
    if request.method == "GET":
        form = InstructionsForm(initial=_initial(request, found), quota=quota)
        return await reading(_show, request, found, form)
    form = InstructionsForm(request.POST, quota=quota)
    if not form.is_valid():
        return await reading(_show, request, found, form)
    caller = replace(caller_of(request), quota=quota)
    if found is not None:
        await service.change_conversation(caller, str(found.id), form.changes(found.params))
        if request.htmx:
            return HttpResponse(headers={"HX-Trigger": "instructions-kept"})
        return redirect("web:conversation", found.id)
    made = await service.make_conversation(
        caller,
        form.changes(request.chosen.params)
        | {"model": request.POST.get("model") or None, "temporary": "temporary" in request.POST},
    )
    if request.htmx:
        return HttpResponse(headers={"HX-Trigger": json.dumps({"conversation-made": {"id": made["id"]}})})
    return redirect("web:conversation", made["id"])


def _read(user_id: int, conversation_id: UUID | None) -> tuple[Conversation | None, Quota]:
    """The conversation, where there is one yet, and what its user's groups say."""
    _groups, quota = groups_of(user_id)
    return None if conversation_id is None else conversation_for(user_id, conversation_id), quota


def _initial(request: PageRequest, found: Conversation | None) -> dict[str, Any]:
    """As they are; of a new chat as its user prefers them."""
    of = request.chosen if found is None else found
    return {"system_prompt": of.system_prompt, **of.params}


def _show(request: PageRequest, found: Conversation | None, form: InstructionsForm) -> HttpResponse:
    context: dict[str, Any] = {
        "conversation": found,
        "form": form,
        "temporary": "temporary" in request.GET or "temporary" in request.POST,
        "title": _("Instructions and parameters"),
    }
    if request.htmx:
        return render(request, "chat/instructions_sheet.html", context)
    context |= {"sidebar": sidebar_of(request), "texts": texts(), "current": str(found.id) if found else None}
    return render(request, "chat/instructions.html", context, status=400 if form.errors else 200)
