"""Whose account a sign-in by single sign-on is: a linked one, a known one, a new one, or nobody's.

Nobody gets into an account that is there by an address that the provider did not verify, nor into one
that somebody has used, unless the settings say that addresses can be trusted.
"""

import logging
from typing import Any, NoReturn

from allauth.account.utils import user_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from chat import limits
from chat.auth import links
from chat.web.doors import address_of
from chat.web.errors import message_page
from chat.web.joining import INVITED_SESSION_KEY

logger = logging.getLogger(__name__)


class ProviderAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider vouches for somebody. Links them to the account that is theirs, where that is sure."""
        limits.sign_ins.succeeded(address_of(request))
        address = _verified_address(sociallogin)
        # What was not verified is not kept: mails for a new password would go there.
        sociallogin.email_addresses = []
        if sociallogin.state.get("process") == "connect" or sociallogin.is_existing:
            return
        user_email(sociallogin.user, address)
        known = list(User.objects.filter(email__iexact=address)[:2]) if address else []
        if len(known) == 1 and _may_be_linked(known[0]):
            sociallogin.connect(request, known[0])
        elif known:
            _refuse(
                request,
                _("There is an account with your address already"),
                _("Sign in to it as before, and connect it under “Settings”, “Sign-in”."),
            )

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        if not User.objects.exists():
            raise ImmediateHttpResponse(redirect("web:setup"))
        if not settings.CHAT_OIDC_SIGN_UP and not _invited(request):
            _refuse(
                request,
                _("You have no account here"),
                _("Ask this site’s administrator for an invitation, or for an account with your address."),
            )
        return True

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """A new account; and the invitation is used up, or neither."""
        link = None
        if not settings.CHAT_OIDC_SIGN_UP:
            link = links.take_link(links.Kind.INVITATION, request.session.pop(INVITED_SESSION_KEY, ""))
            if link is None:
                _refuse(request, _("This link no longer works"), _("Somebody used it at this moment."))
        user: User = super().save_user(request, sociallogin, form)
        if link is not None:
            link.user = user
            link.save(update_fields=["user"])
        return user

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.first_name, user.last_name = str(data.get("name") or data.get("first_name") or "")[:150], ""
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **kwargs: Any
    ) -> None:
        logger.warning("Single sign-on failed: %s: %.300s", error, exception or request.GET.get("error", ""))
        _refuse(
            request,
            _("That did not work"),
            _("Single sign-on was cancelled or failed. Try again."),
            status=401,
        )

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("web:password")


def _verified_address(sociallogin: Any) -> str:
    """Nothing where the provider verified none."""
    return next((str(row.email) for row in sociallogin.email_addresses if row.verified), "")


def _may_be_linked(user: User) -> bool:
    """Whether an address alone says that it is theirs.

    Users choose their addresses themselves: an account that somebody uses may wait for its address's owner.
    """
    if not user.is_active:
        return False
    trusted: bool = settings.CHAT_OIDC_LINK_BY_EMAIL
    return trusted or (user.last_login is None and not user.is_staff)


def _invited(request: HttpRequest) -> bool:
    secret = request.session.get(INVITED_SESSION_KEY, "")
    return settings.CHAT_SIGN_UP != "closed" and links.find_link(links.Kind.INVITATION, secret) is not None


def _refuse(request: HttpRequest, title: str, text: str, *, status: int = 403) -> NoReturn:
    raise ImmediateHttpResponse(message_page(request, status, title, text))
