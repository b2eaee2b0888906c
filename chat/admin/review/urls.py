"""Where the desk's pages are."""

from django.urls import URLPattern, path

from chat.admin.review import (
    audit,
    conversation,
    download,
    exports,
    figures,
    judge,
    listing,
    live,
    policy,
    queues,
    saving,
)

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("", listing.page, name="list"),
    path("filters/", saving.save, name="save_filter"),
    path("filters/<int:key>/", saving.change, name="change_filter"),
    path("c/<uuid:conversation_id>/", conversation.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/messages/<uuid:message_id>/", conversation.message, name="message"),
    path("c/<uuid:conversation_id>/news/", conversation.news, name="news"),
    path("c/<uuid:conversation_id>/files/<uuid:file_id>/", conversation.file, name="file"),
    path("c/<uuid:conversation_id>/judge/", judge.judge, name="judge"),
    path("queue/<name>/", queues.page, name="queue"),
    path("figures/", figures.page, name="dashboard"),
    path("live/<uuid:conversation_id>/<uuid:reply_id>/", live.follow, name="live"),
    path("exports/", exports.page, name="exports"),
    path("exports/<uuid:key>/cancel/", exports.cancel, name="export_cancel"),
    path("download/<uuid:key>/", download.download, name="download"),
    path("audit/", audit.page, name="audit"),
    path("audit/verify/", audit.verify_next, name="audit_verify"),
    path("audit/export/", audit.export, name="audit_export"),
    path("policy/", policy.page, name="policy"),
    path("policy/rules/add/", policy.add_rule, name="add_retention_rule"),
    path("policy/rules/<int:number>/", policy.rule, name="retention_rule"),
    path("policy/rules/<int:number>/change/", policy.change_rule, name="change_retention_rule"),
    path("policy/rules/<int:number>/enable/", policy.enable_rule, name="enable_retention_rule"),
    path("policy/rules/<int:number>/remove/", policy.remove_rule, name="remove_retention_rule"),
    path("policy/holds/add/", policy.add_hold, name="add_hold"),
    path("policy/holds/<int:number>/lift/", policy.lift_hold, name="lift_hold"),
]
