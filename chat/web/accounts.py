"""Signing in, and the first account of a new server."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat import limits
from chat.errors import TooMany
from chat.web.doors import address_of
from chat.web.errors import message_page, too_many_sign_ins
from chat.web.finishing import finish_sign_in
from chat.web.first_account import make_first_account
from chat.web.password_help import explain
from chatsite import setup_code


class SignInForm(AuthenticationForm):
    """Raises `TooMany`, with the password unchecked: to check one is slow on purpose, and may not be free."""

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not (username and password):
            return super().clean()
        address = address_of(self.request) if self.request else ""
        limits.sign_ins.take(address, username)
        cleaned = super().clean()
        limits.sign_ins.succeeded(address, username)
        return cleaned


class SignIn(LoginView):
    """The one door for all, administrators too."""

    authentication_form = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not User.objects.exists():
            return redirect("web:setup")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        by_password = settings.CHAT_PASSWORD_SIGN_IN
        return super().get_context_data(**kwargs) | {
            "by_password": by_password,
            "by_passkey": settings.CHAT_SECOND_FACTOR != "off",
            "oidc_name": settings.CHAT_OIDC_ISSUER and settings.CHAT_OIDC_NAME,
            "is_open": settings.CHAT_SIGN_UP == "open" and by_password,
        }

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        return finish_sign_in(self.request, user, self.get_success_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.CHAT_PASSWORD_SIGN_IN:
            return message_page(
                request, 403, gettext("Not allowed"), gettext("Nobody signs in with a password here.")
            )
        try:
            return super().post(request, *args, **kwargs)
        except TooMany as error:
            return too_many_sign_ins(request, error)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Where to go afterwards: an address of this site, and not this one, which would lead in circles."""
        url = super().get_redirect_url()
        return "" if url.partition("?")[0] == self.request.path else url


@never_cache
def admins_sign_in(request: HttpRequest) -> HttpResponse:
    """Stands where the admin has a door of its own: leads to the site's, which lets nobody try for ever."""
    if request.user.is_authenticated and not request.user.is_staff:
        # The site's door would send them straight back here.
        raise PermissionDenied
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))


class FirstAccountForm(BaseUserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A name and a password; where the server can be reached by others, also the code that it printed."""

    code = forms.CharField(
        label=_("One-time code"),
        help_text=_("The server printed it when it started."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address = address
        self.fields["username"].help_text = ""
        explain(self.fields["password1"], self.fields["password2"])
        if not setup_code.needed(address):
            del self.fields["code"]

    def clean_code(self) -> str:
        """Raises `TooMany`, with the code unchecked."""
        code: str = self.cleaned_data["code"]
        limits.sign_ins.take(self._address)
        if not setup_code.check_code(code):
            raise forms.ValidationError(_("This is not the code that the server printed."))
        limits.sign_ins.succeeded(self._address)
        return code


@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponseBase:
    """Make the administrator and sign in. 404 as soon as there is any account."""
    if User.objects.exists():
        raise Http404
    form = FirstAccountForm(request.POST or None, address=address_of(request))
    try:
        valid = form.is_valid()
    except TooMany as error:
        return too_many_sign_ins(request, error)
    if not valid:
        return render(request, "accounts/setup.html", {"form": form})
    user = make_first_account(form.cleaned_data["username"], form.cleaned_data["password1"])
    if user is None:
        raise Http404
    setup_code.forget()
    return finish_sign_in(request, user, reverse("web:home"))
