"""Where every address leads."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from chat.api.endpoint import unknown_address
from chat.web.accounts import admins_sign_in

urlpatterns = [
    path("api/v1/", include("chat.api.urls")),
    re_path("^api/", unknown_address),
    path("v1/", include("chat.api.openai.urls")),
    path("admin/login/", admins_sign_in),
    path("admin/review/", include("chat.admin.review.urls")),
    path("admin/", admin.site.urls),
    path("", include("chat.web.urls")),
]
if settings.USES_ALLAUTH:
    urlpatterns.append(path("", include("chat.web.identity.urls")))

handler400 = "chat.web.errors.bad_request"
handler403 = "chat.web.errors.forbidden"
handler404 = "chat.web.errors.not_found"
handler500 = "chat.web.errors.server_error"
