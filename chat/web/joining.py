"""Making an account: by an invitation, or, where the site is open, by anybody."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from chat import limits
from chat.auth import links
from chat.errors import TooMany
from chat.web.doors import Door, address_of, link_is_over
from chat.web.errors import too_often
from chat.web.finishing import finish_sign_in
from chat.web.password_help import explain

door = Door(links.Kind.INVITATION, "web:join")
INVITED_SESSION_KEY = "invitation"
"""The secret of the invitation, while its holder is away at single sign-on."""


class JoinForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta(UserCreationForm.Meta):
        fields = ("username", "first_name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["username"].help_text = gettext_lazy("You sign in with it: letters, digits and @ . + - _")
        fields["first_name"].label = gettext_lazy("Name (optional)")
        fields["first_name"].widget.attrs["autocomplete"] = "name"
        explain(fields["password1"], fields["password2"])
        if settings.EMAIL_URL:
            fields["email"].label = gettext_lazy("E-mail address (optional)")
            fields["email"].help_text = gettext_lazy("To set a new password, should you forget yours.")
            fields["email"].widget.attrs["autocomplete"] = "email"
        else:
            del fields["email"]


@require_GET
@never_cache
def follow_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    if settings.CHAT_SIGN_UP == "closed":
        raise Http404
    return door.enter(request, secret)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The form, for who holds a good invitation, or for all where the site is open."""
    if settings.CHAT_SIGN_UP == "closed":
        raise Http404
    if request.user.is_authenticated or not User.objects.exists():
        return redirect("web:home")  # which leads a new server's first visitor to the first account
    secret = door.secret(request)
    if not secret or links.find_link(links.Kind.INVITATION, secret) is None:
        if settings.CHAT_SIGN_UP != "open":
            return link_is_over(request)
        secret = ""
    by_password = settings.CHAT_PASSWORD_SIGN_IN
    form = JoinForm(request.POST if request.method == "POST" and by_password else None)
    try:
        user = _make_account(form, secret, address_of(request)) if form.is_valid() else None
    except TooMany as error:
        return too_often(request, error)
    except LinkIsOver:
        return link_is_over(request)
    if user is None:
        context = {
            "form": form,
            "by_password": by_password,
            "oidc_name": settings.CHAT_OIDC_ISSUER and settings.CHAT_OIDC_NAME,
        }
        return render(request, "accounts/join.html", context, status=400 if form.is_bound else 200)
    return door.leave(finish_sign_in(request, user, reverse("web:home")))


@require_GET
@never_cache
def join_by_oidc(request: HttpRequest) -> HttpResponse:
    """With an invitation, but without a password. Below the form's address, where the door's cookie goes."""
    if not settings.CHAT_OIDC_ISSUER or settings.CHAT_SIGN_UP == "closed":
        raise Http404
    request.session[INVITED_SESSION_KEY] = door.secret(request)
    return redirect("oidc_login")


class LinkIsOver(Exception):
    """Somebody else used the link at the same moment: nothing was made."""


def _make_account(form: JoinForm, secret: str, address: str) -> User | None:
    """The account, and the invitation used up, or neither. None, with an error, where the name was taken."""
    if not secret:
        limits.sign_ups.take(address)
    try:
        with transaction.atomic():
            link = links.take_link(links.Kind.INVITATION, secret) if secret else None
            if secret and link is None:
                raise LinkIsOver
            user: User = form.save()
            if link is not None:
                link.user = user
                link.save(update_fields=["user"])
            return user
    except IntegrityError:
        form.add_error("username", _("A user with that username already exists."))
        return None
