"""Settings, "Chat": what leaving the page does, how it follows replies, and how new conversations begin."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat.actions.preferences import choose
from chat.auth.groups import groups_of
from chat.limits import quota_of
from chat.models.preferences import Transport
from chat.quota import Quota
from chat.web.leaving import LeavingForm, ways_to_leave
from chat.web.models import models_for
from chat.web.settings.frame import saved, show
from chat.web.signed_in import PageRequest, signed_in

MOST_TOKENS = 10_000_000
"""Above what any model writes; below what a 32 bit number of some provider holds."""
PARAMS = ("temperature", "top_p", "max_tokens")


class TransportForm(forms.Form):
    transport = forms.ChoiceField(choices=Transport.choices)


class NewChatsForm(forms.Form):
    """What a new conversation begins with; each may be changed in the conversation."""

    model = forms.ChoiceField(label=gettext_lazy("Model"), required=False)
    system_prompt = forms.CharField(
        label=gettext_lazy("System prompt"),
        required=False,
        help_text=gettext_lazy(
            "What the model is told before each conversation: who you are, how it should answer."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    temperature = forms.FloatField(
        label=gettext_lazy("Temperature"),
        required=False,
        min_value=0,
        max_value=2,
        step_size=0.01,
        help_text=gettext_lazy("From 0, the likeliest words, to 2. Empty: the model’s own."),
    )
    top_p = forms.FloatField(
        label=gettext_lazy("Top P"),
        required=False,
        min_value=0,
        max_value=1,
        step_size=0.01,
        help_text=gettext_lazy(
            "Only the likeliest words that together have this share. Empty: the model’s own."
        ),
    )
    max_tokens = forms.IntegerField(
        label=gettext_lazy("Longest reply, in tokens"),
        required=False,
        min_value=1,
        max_value=MOST_TOKENS,
        help_text=gettext_lazy("A reply is ended there, and can be continued. Empty: the model’s own limit."),
    )

    def __init__(self, *args: Any, models: list[tuple[str, str]], quota: Quota, **kwargs: Any) -> None:
        """`quota`: what the groups of its user say."""
        super().__init__(*args, **kwargs)
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = models
        if longest := quota_of(quota).message_chars:
            prompt = self.fields["system_prompt"]
            prompt.validators.append(MaxLengthValidator(longest))

    @property
    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        params = {name: cleaned[name] for name in PARAMS if cleaned[name] is not None}
        return {"model": cleaned["model"], "system_prompt": cleaned["system_prompt"], "params": params}


@never_cache
@require_GET
@signed_in
def page(request: PageRequest) -> HttpResponse:
    return _show(request)


@require_POST
@signed_in
def choose_leaving(request: PageRequest) -> HttpResponse:
    form = LeavingForm(request.POST)
    if not form.is_valid():
        return _show(request, leaving_form=form)
    choose(request.user.pk, **form.values)
    return saved(request, "chat_settings", _("Saved what happens when you leave the page."))


@require_POST
@signed_in
def choose_transport(request: PageRequest) -> HttpResponse:
    form = TransportForm(request.POST)
    if not form.is_valid():
        return _show(request, status=400)
    choose(request.user.pk, transport=form.cleaned_data["transport"])
    return saved(request, "chat_settings", _("Saved how replies come in."))


@require_POST
@signed_in
def choose_beginnings(request: PageRequest) -> HttpResponse:
    form = NewChatsForm(request.POST, models=_models(request), quota=_quota(request))
    if not form.is_valid():
        return _show(request, new_chats_form=form)
    choose(request.user.pk, **form.values)
    return saved(request, "chat_settings", _("Saved what new conversations begin with."))


def _show(
    request: PageRequest,
    *,
    leaving_form: LeavingForm | None = None,
    new_chats_form: NewChatsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; with a form that was refused it is a 400."""
    chosen = request.chosen
    if leaving_form or new_chats_form:
        status = 400
    beginnings = {"model": chosen.model, "system_prompt": chosen.system_prompt, **chosen.params}
    leaving_form = leaving_form or LeavingForm(
        initial={"leaving": chosen.leaving, "leaving_seconds": chosen.leaving_seconds}
    )
    context = {
        "leaving_form": leaving_form,
        "ways": ways_to_leave(),
        "transports": _transports(),
        "new_chats_form": new_chats_form
        or NewChatsForm(initial=beginnings, models=_models(request), quota=_quota(request)),
    }
    return show(request, "chat_settings", context, status=status)


def _transports() -> list[tuple[str, str, str]]:
    """Value, name, and a sentence about it."""
    return [
        (
            Transport.SSE.value,
            str(Transport.SSE.label),
            _("Plain HTTP: goes through every proxy. The usual choice."),
        ),
        (
            Transport.WEBSOCKET.value,
            str(Transport.WEBSOCKET.label),
            _("One line for everything. For networks that hold streamed pages back."),
        ),
    ]


def _models(request: PageRequest) -> list[tuple[str, str]]:
    """What this user may choose from, and what was chosen, though it is not there at the moment."""
    models = models_for(request)
    default = next((model["name"] for model in models if model["default"]), None)
    first = _("The site’s default ({model})").format(model=default) if default else _("The site’s default")
    choices = [("", first), *((model["id"], model["name"]) for model in models)]
    chosen = request.chosen.model
    if chosen and chosen not in dict(choices):
        choices.append((chosen, _("{model} (not available now)").format(model=chosen)))
    return choices


def _quota(request: PageRequest) -> Quota:
    _groups, quota = groups_of(request.user.pk)
    return quota
