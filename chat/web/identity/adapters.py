"""Where allauth asks us: about accounts and their sign-in, and about second factors."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.upstream.secrets import decrypt, encrypt
from chat.web.errors import message_page

STAGES = ("allauth.mfa.stages.AuthenticateStage", "chat.web.identity.enrolling.EnrolStage")
SAID = {
    "socialaccount/messages/account_connected.txt": gettext_lazy("It is connected."),
    "socialaccount/messages/account_connected_updated.txt": gettext_lazy("It was connected already."),
    "socialaccount/messages/account_connected_other.txt": gettext_lazy(
        "That is connected to another account here."
    ),
}
"""Allauth's messages that are said, in our words. About the rest our pages speak themselves."""


class AccountAdapter(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        """What is asked between the first proof and the session. No mail is part of it."""
        return [] if settings.CHAT_SECOND_FACTOR == "off" else [*STAGES]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Who may come is said elsewhere: chat/web/joining.py, chat/web/identity/provider_adapter.py."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Our pages ask for it themselves (chat/web/identity/confirming.py)."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return message_page(
            request, 403, _("This account is deactivated"), _("Ask the administrator of this site.")
        )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: Any = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if (text := SAID.get(message_template or "")) is not None:
            messages.add_message(request, level, text)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None is sent."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets lie encrypted in the database, as the keys of connections do."""

    def _get_site_name(self) -> str:
        name: str = settings.CHAT_SITE_NAME
        return name

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `Unreadable` after a change of DJANGO_SECRET_KEY."""
        return decrypt(encrypted_text)


def proofs(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """How this user has proved themselves in this session, the latest last: `method` and `at`."""
    found: list[dict[str, Any]] = get_authentication_records(request, user)
    return found
