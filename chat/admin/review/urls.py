"""Where the desk's pages are."""

from django.urls import URLPattern, path

from chat.admin.review import download, exports

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("exports/", exports.page, name="exports"),
    path("exports/<uuid:key>/cancel/", exports.cancel, name="export_cancel"),
    path("download/<uuid:key>/", download.download, name="download"),
]
