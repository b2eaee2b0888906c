"""Conversations, messages and completions, to be listed, found and read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.access.running_text import read_pieces
from chat.admin.attachments import AttachmentInline
from chat.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from chat.admin.reviewable import reviewable
from chat.models import Completion, Conversation, Message

SHOWN = 120
"""Characters of a message in a list."""


class MessageInline(ReadOnlyInline):
    model = Message
    fields = ("created", "role", "status", "model", "beginning")
    readonly_fields = fields
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).filter(deleted__isnull=True)

    @admin.display(description=_("Text"))
    def beginning(self, message: Message) -> str:
        return message.content[:SHOWN]


class CompletionInline(ReadOnlyInline):
    model = Completion
    fields = (
        "number",
        "model",
        "params",
        "status",
        "finish_reason",
        "usage",
        "error",
        "notices",
        "started",
        "first_token",
        "ended",
    )
    readonly_fields = fields
    ordering = ("number",)


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("title", "owner", "model", "archived", "created", "updated")
    list_filter = ("archived", "updated")
    list_select_related = ("owner",)
    search_fields = ("title", "owner__username", "messages__content")
    search_help_text = _("Title, user name, or words of a message.")
    date_hierarchy = "created"
    inlines = (MessageInline,)
    fields = (
        "title",
        "owner",
        "model",
        "system_prompt",
        "params",
        "temporary",
        "pinned",
        "archived",
        "created",
        "updated",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).filter(reviewable())


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("created", "role", "status", "model", "owner", "beginning")
    list_filter = ("role", "status", "model", "created")
    search_fields = ("content", "conversation__title", "conversation__owner__username")
    search_help_text = _("Words of the message, title of its conversation, or user name.")
    inlines = (AttachmentInline, CompletionInline)
    fields = (
        "conversation",
        "owner",
        "parent",
        "role",
        "status",
        "model",
        "reasoning_now",
        "text_now",
        "created",
    )
    readonly_fields = ("owner", "text_now", "reasoning_now")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows = super().get_queryset(request).filter(reviewable("conversation__"), deleted__isnull=True)
        return rows.select_related("conversation__owner")

    @admin.display(description=_("User"), ordering="conversation__owner")
    def owner(self, message: Message) -> str:
        return str(message.conversation.owner)

    @admin.display(description=_("Text"))
    def beginning(self, message: Message) -> str:
        return message.content[:SHOWN]

    @admin.display(description=_("Text"))
    def text_now(self, message: Message) -> str:
        """The text as saved now: a reply that runs has the rest of it in its checkpoints."""
        return _saved(message).content

    @admin.display(description=_("Reasoning"))
    def reasoning_now(self, message: Message) -> str:
        return _saved(message).reasoning


def _saved(message: Message) -> Message:
    pieces = read_pieces(completion__message=message.id)
    now = Message.objects.get(id=message.id)
    pieces.join([now])
    return now
