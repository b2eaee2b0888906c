"""The addresses of the pages and of the fragments that they swap in."""

from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from chat.web import (
    accounts,
    clients,
    door_language,
    exports,
    imports,
    instructions,
    joining,
    new_password,
    pages,
    shares,
    sidebar,
)
from chat.web.settings import chat as chat_settings
from chat.web.settings import data, general, keys, shared_links, sign_in

app_name = "web"

urlpatterns = [
    path("", pages.home, name="home"),
    path("c/<uuid:conversation_id>/", pages.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/instructions/", instructions.instructions, name="instructions"),
    path("instructions/", instructions.instructions, name="new_instructions"),
    path("c/<uuid:conversation_id>/top/", pages.top, name="top"),
    path("c/<uuid:conversation_id>/transcript/", pages.transcript, name="transcript"),
    path("c/<uuid:conversation_id>/part/", pages.part, name="part"),
    path("c/<uuid:conversation_id>/messages/<uuid:message_id>/", pages.message, name="message"),
    path("c/<uuid:conversation_id>/branch/", sidebar.choose_branch, name="branch"),
    path("c/<uuid:conversation_id>/item/", sidebar.item, name="item"),
    path("c/<uuid:conversation_id>/rename/", sidebar.rename, name="rename"),
    path("c/<uuid:conversation_id>/change/", sidebar.change, name="change"),
    path("c/<uuid:conversation_id>/delete/", sidebar.delete, name="delete"),
    path("c/<uuid:conversation_id>/export/", exports.export, name="export"),
    path("c/<uuid:conversation_id>/share/", shares.share, name="share"),
    path("clients/<str:name>", clients.client, name="client"),
    path("import/", imports.conversations, name="import"),
    path("settings/shared/", shared_links.page, name="shared_links"),
    path("shares/<uuid:share_id>/revoke/", shares.revoke, name="revoke_share"),
    path("s/<str:secret>/", shares.shared, name="shared"),
    path("search/", pages.search_page, name="search"),
    path("conversations/", sidebar.conversations, name="conversations"),
    path("setup/", accounts.setup, name="setup"),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(next_page="web:login"), name="logout"),
    path("language/", door_language.choose_at_door, name="language"),
    path("accounts/forgotten/", new_password.forgotten, name="forgotten"),
    path("accounts/reset/<uidb64>/<token>/", new_password.ByMail.as_view(), name="reset_by_mail"),
    path("join/", joining.join, name="join"),
    path("join/<str:secret>/", joining.follow_invitation),
    path("reset/", new_password.by_link, name="reset"),
    path("reset/<str:secret>/", new_password.follow_link),
    path("settings/", general.page, name="settings"),
    path("settings/name/", general.choose_name, name="choose_name"),
    path("settings/language/", general.choose_language, name="choose_language"),
    path("settings/theme/", general.choose_theme, name="choose_theme"),
    path("settings/chat/", chat_settings.page, name="chat_settings"),
    path("settings/chat/leaving/", chat_settings.choose_leaving, name="choose_leaving"),
    path("settings/chat/transport/", chat_settings.choose_transport, name="choose_transport"),
    path("settings/chat/beginnings/", chat_settings.choose_beginnings, name="choose_beginnings"),
    path("settings/keys/", keys.page, name="keys"),
    re_path(r"^settings/keys/(?P<prefix>[A-Za-z0-9_-]{1,12})/revoke/\Z", keys.revoke, name="revoke_key"),
    path("settings/data/", data.page, name="data"),
    path("settings/data/export/", data.export, name="export_data"),
    path("settings/data/delete/", data.delete, name="delete_account"),
    path("settings/password/", sign_in.page, name="password"),
    path("settings/sign-ins/<uuid:sign_in_id>/end/", sign_in.end_sign_in, name="end_sign_in"),
    path("settings/password/address/", sign_in.choose_address, name="choose_address"),
    path("settings/sign-ins/end-others/", sign_in.end_other_sign_ins, name="end_other_sign_ins"),
]
