"""Settings, "General": the name that is shown, the language, and the look."""

from dataclasses import replace

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat.actions.preferences import choose
from chat.models.preferences import Theme
from chat.web.chosen import asked_by_browser
from chat.web.settings.frame import saved, show
from chat.web.signed_in import PageRequest, signed_in


class NameForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Shown in place of your username. You sign in as before."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


@never_cache
@require_GET
@signed_in
def page(request: PageRequest) -> HttpResponse:
    return _show(request)


@require_POST
@signed_in
def choose_name(request: PageRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=400)
    request.user.first_name = form.cleaned_data["name"]
    # Not the whole row: an administrator may change the rest of it at this moment.
    request.user.save(update_fields=["first_name"])
    return saved(request, "settings", _("Your name was saved."))


@require_POST
@signed_in
def choose_language(request: PageRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    if language not in {"", *dict(settings.LANGUAGES)}:
        return _show(request, status=400)
    choose(request.user.pk, language=language)
    request.chosen = replace(request.chosen, language=language)
    # The confirmation is already said in the new language.
    translation.activate(language or asked_by_browser(request))
    return saved(request, "settings", _("Your language was saved."))


@require_POST
@signed_in
def choose_theme(request: PageRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme not in Theme.values:
        return _show(request, status=400)
    choose(request.user.pk, theme=theme)
    request.chosen = replace(request.chosen, theme=theme)
    return saved(request, "settings", _("The appearance was saved."))


def _show(request: PageRequest, form: NameForm | None = None, *, status: int = 200) -> HttpResponse:
    form = form or NameForm(initial={"name": request.user.first_name})
    context = {"name_form": form, "languages": settings.LANGUAGES, "themes": Theme.choices}
    return show(request, "settings", context, status=status)
