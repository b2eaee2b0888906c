"""The files of questions, for reviewers: shown beside their message, and fetched by whoever may view them."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chat.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from chat.admin.reviewable import reviewable
from chat.files import folder
from chat.models import Attachment

logger = logging.getLogger(__name__)


def link_to(file: Attachment) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:attachment_file", args=[file.pk]), file.name)


class AttachmentInline(ReadOnlyInline):
    model = Attachment
    fields = ("file_link", "kind", "size", "text")
    readonly_fields = fields
    ordering = ("position", "id")
    show_change_link = False

    @admin.display(description=_("File"))
    def file_link(self, file: Attachment) -> SafeString:
        return link_to(file)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "file_link", "owner", "kind", "size", "created")
    list_filter = ("kind", "created")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    search_help_text = _("Name of the file, or user name.")
    fields = ("file_link", "owner", "message", "kind", "content_type", "size", "sha256", "text", "created")
    readonly_fields = ("file_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        # What was uploaded and never asked with belongs to no conversation yet.
        kept = Q(message__isnull=True) | (
            reviewable("message__conversation__") & Q(message__deleted__isnull=True)
        )
        return super().get_queryset(request).filter(kept).defer("text")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.fetch)
        return [path("<uuid:key>/file/", view, name="attachment_file"), *super().get_urls()]

    def fetch(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """The bytes: to be saved, never opened here, but for the images that we made ourselves."""
        file = self.get_queryset(request).filter(pk=key).first()
        if not self.has_view_permission(request, file):
            raise PermissionDenied
        if file is None:
            raise Http404
        try:
            data = folder.read(file.file)
        except FileNotFoundError as error:
            logger.exception("the bytes of attachment %s are lost", file.pk)
            raise Http404 from error
        headers: dict[str, Any] = {
            "Content-Disposition": content_disposition_header(file.kind != Attachment.Kind.IMAGE, file.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(data, content_type=file.content_type, headers=headers)

    @admin.display(description=_("File"))
    def file_link(self, file: Attachment) -> SafeString:
        return link_to(file)
