"""Where the desk's pages are."""

from django.urls import URLPattern, path

from chat.admin.review import audit, conversation, download, exports, figures, judge, queues

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("c/<uuid:conversation_id>/", conversation.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/messages/<uuid:message_id>/", conversation.message, name="message"),
    path("c/<uuid:conversation_id>/files/<uuid:file_id>/", conversation.file, name="file"),
    path("c/<uuid:conversation_id>/judge/", judge.judge, name="judge"),
    path("queue/<name>/", queues.page, name="queue"),
    path("figures/", figures.page, name="dashboard"),
    path("exports/", exports.page, name="exports"),
    path("exports/<uuid:key>/cancel/", exports.cancel, name="export_cancel"),
    path("download/<uuid:key>/", download.download, name="download"),
    path("audit/", audit.page, name="audit"),
    path("audit/verify/", audit.verify_next, name="audit_verify"),
    path("audit/export/", audit.export, name="audit_export"),
]
