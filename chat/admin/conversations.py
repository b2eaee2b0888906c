"""Conversations, messages and files in Django's lists of models: all of it leads to the review desk.

There they are read by the audited reader. Nothing is listed, searched or shown here, not even a title; the
addresses of a model admin stay, for bookmarks and for links in older log entries.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, URLPattern, path, reverse

from chat.admin.read_only import ReadOnlyPermissions
from chat.models import Attachment, Conversation, Message
from chat.review.reader import PERMISSION
from chat.review.scope import reviewable

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no parameters when it runs
    ModelAdmin = admin.ModelAdmin


class LeadsToTheDesk(ReadOnlyPermissions, ModelAdmin):
    """A model admin without pages of its own."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        to_list = self.admin_site.admin_view(self.to_list)
        to_conversation = self.admin_site.admin_view(self.to_conversation)
        return [
            path("", to_list, name=f"{name}_changelist"),
            path("<uuid:object_id>/", to_conversation),
            path("<uuid:object_id>/change/", to_conversation, name=f"{name}_change"),
            path("<uuid:object_id>/history/", to_conversation, name=f"{name}_history"),
        ]

    def to_list(self, request: HttpRequest) -> HttpResponse:
        self._admit(request)
        try:
            return redirect("review:list")
        except NoReverseMatch:
            return redirect("admin:index")

    def to_conversation(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        self._admit(request)
        rows = Conversation.objects.filter(reviewable(), self.of(object_id))
        found = rows.values_list("id", flat=True).first()
        if found is None:
            raise Http404
        return redirect(reverse("review:conversation", args=[found]) + self.place_of(object_id))

    def of(self, key: UUID) -> Q:
        """The conversation to which this row belongs."""
        return Q(id=key)

    def place_of(self, key: UUID) -> str:
        """Where in it, as its address says it."""
        return ""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(PERMISSION)

    def _admit(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


@admin.register(Conversation)
class ConversationAdmin(LeadsToTheDesk):
    """In the index of the administration the way to the desk."""


class Hidden(LeadsToTheDesk):
    """In no index: conversations are."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}


@admin.register(Message)
class MessageAdmin(Hidden):
    def of(self, key: UUID) -> Q:
        return Q(messages=key)

    def place_of(self, key: UUID) -> str:
        return f"?message={key}"


@admin.register(Attachment)
class AttachmentAdmin(Hidden):
    def of(self, key: UUID) -> Q:
        return Q(messages__attachments=key)

    def place_of(self, key: UUID) -> str:
        return f"?message={Attachment.objects.values_list('message_id', flat=True).get(id=key)}"
