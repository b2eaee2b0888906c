"""Signing in, and the first account of a new server."""

from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.web.first_account import make_first_account
from chatsite import setup_code


class SignIn(LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not User.objects.exists():
            return redirect("web:setup")
        return super().get(request, *args, **kwargs)


class FirstAccountForm(BaseUserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A name and a password; where the server can be reached by others, also the code that it printed."""

    code = forms.CharField(
        label=_("One-time code"),
        help_text=_("The server printed it when it started."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, needs_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = ""
        self.fields["password1"].help_text = _("At least 8 characters, and not a common one.")
        self.fields["password2"].help_text = ""
        if not needs_code:
            del self.fields["code"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not setup_code.check_code(code):
            raise forms.ValidationError(_("This is not the code that the server printed."))
        return code


@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponseBase:
    """Make the administrator and sign in. 404 as soon as there is any account."""
    if User.objects.exists():
        raise Http404
    form = FirstAccountForm(request.POST or None, needs_code=setup_code.needed())
    if not form.is_valid():
        return render(request, "accounts/setup.html", {"form": form})
    user = make_first_account(form.cleaned_data["username"], form.cleaned_data["password1"])
    if user is None:
        raise Http404
    setup_code.forget()
    login(request, user)
    return redirect("web:home")
