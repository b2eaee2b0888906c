"""The addresses of the pages and of the fragments that they swap in."""

from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from chat.web import account_settings, accounts, exports, pages, sidebar

app_name = "web"

urlpatterns = [
    path("", pages.home, name="home"),
    path("c/<uuid:conversation_id>/", pages.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/top/", pages.top, name="top"),
    path("c/<uuid:conversation_id>/transcript/", pages.transcript, name="transcript"),
    path("c/<uuid:conversation_id>/messages/<uuid:message_id>/", pages.message, name="message"),
    path("c/<uuid:conversation_id>/branch/", sidebar.choose_branch, name="branch"),
    path("c/<uuid:conversation_id>/item/", sidebar.item, name="item"),
    path("c/<uuid:conversation_id>/rename/", sidebar.rename, name="rename"),
    path("c/<uuid:conversation_id>/change/", sidebar.change, name="change"),
    path("c/<uuid:conversation_id>/delete/", sidebar.delete, name="delete"),
    path("c/<uuid:conversation_id>/export/", exports.export, name="export"),
    path("conversations/", sidebar.conversations, name="conversations"),
    path("setup/", accounts.setup, name="setup"),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(next_page="web:login"), name="logout"),
    path("settings/", account_settings.settings_page, name="settings"),
    path("settings/password/", account_settings.change_password, name="password"),
    path("settings/theme/", account_settings.choose_theme, name="theme"),
    path("settings/keys/", account_settings.make_key, name="make_key"),
    re_path(
        r"^settings/keys/(?P<prefix>[A-Za-z0-9_-]{1,12})/revoke/\Z",
        account_settings.revoke,
        name="revoke_key",
    ),
]
