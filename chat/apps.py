"""The Django app: everything in `chat/`."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.web import sign_in_notes

        sign_in_notes.connect()
