"""A new password for who forgot theirs: by a link in a mail, or by one that an administrator made.

Nobody learns here whether an account exists: what is told, and how long it takes, is the same.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from chat import limits
from chat.auth import links, sign_ins
from chat.errors import TooMany
from chat.web.doors import Door, address_of, link_is_over
from chat.web.errors import too_often
from chat.web.mail import post
from chat.web.password_help import explain

door = Door(links.Kind.RESET, "web:reset")


class AskForLinkForm(PasswordResetForm):
    """Sends the mail after the answer, so that the time of the answer tells nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = gettext_lazy("E-mail address")

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        # The thread that sends has a language of its own.
        post(super().send_mail, get_language(), *args, **kwargs)

    def send(self, request: HttpRequest) -> None:
        """To every account with this address, as many as there are, up to the limit of each."""
        # Whoever asks chooses the Host header: the address in the mail is the one in the settings.
        site = urlsplit(settings.CHAT_PUBLIC_URL)
        super().save(
            domain_override=site.netloc or request.get_host(),
            use_https=site.scheme == "https" if site.netloc else request.is_secure(),
            subject_template_name="accounts/reset_mail_subject.txt",
            email_template_name="accounts/reset_mail.txt",
            request=request,
            extra_email_context={"product": settings.CHAT_SITE_NAME},
        )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic in the stubs only
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        explain(self.fields["new_password1"], self.fields["new_password2"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for a mail; where the site sends none, says who can help."""
    if not settings.CHAT_PASSWORD_SIGN_IN:
        raise Http404
    if not settings.EMAIL_URL:
        return render(request, "accounts/forgotten.html", {"form": None})
    if request.method != "POST":
        return render(request, "accounts/forgotten.html", {"form": AskForLinkForm()})
    form = AskForLinkForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/forgotten.html", {"form": form}, status=400)
    try:
        limits.reset_mails_by_address.take(address_of(request))
    except TooMany as error:
        return too_often(request, error)
    try:
        limits.reset_mails_by_account.take(form.cleaned_data["email"].casefold())
    except TooMany:
        pass  # said to nobody: it would tell that somebody else has asked for this address
    else:
        form.send(request)
    return render(request, "accounts/forgotten.html", {"form": None, "is_sent": True})


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ByMail(PasswordResetConfirmView):
    """The link of a mail: Django's, whose token ends with the password that it was made for."""

    form_class = NewPasswordForm
    template_name = "accounts/new_password.html"
    success_url = reverse_lazy("web:login")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        _is_done(self.request, form.user)
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        if not self.validlink:
            return link_is_over(self.request)
        assert self.user is not None
        return super().render_to_response(context | {"username": self.user.get_username()}, **kwargs)


@require_GET
@never_cache
def follow_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of an administrator."""
    return door.enter(request, secret)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest) -> HttpResponse:
    secret = door.secret(request)
    link = links.find_link(links.Kind.RESET, secret)
    if link is None or link.user is None:
        return link_is_over(request)
    form = NewPasswordForm(link.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "username": link.user.get_username()}
        return render(request, "accounts/new_password.html", context, status=400 if form.is_bound else 200)
    with transaction.atomic():
        if links.take_link(links.Kind.RESET, secret) is None:
            return link_is_over(request)
        user = form.save()
    _is_done(request, user)
    return door.leave(redirect("web:login"))


def _is_done(request: HttpRequest, user: User) -> None:
    """Whoever knew the old password, or holds another link, is out."""
    sign_ins.end_all(user)
    links.revoke_links(user.one_time_links.filter(kind=links.Kind.RESET))
    limits.sign_ins.succeeded("", user.get_username())
    messages.success(request, _("Your password was changed. Sign in with the new one."))
