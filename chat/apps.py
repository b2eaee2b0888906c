"""The Django app: everything in `chat/`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.review.roles import make_roles
        from chat.web import sign_in_notes

        post_migrate.connect(make_roles, sender=self)
        sign_in_notes.connect()
