"""The addresses that are there where the settings ask for single sign-on or a second factor.

Some names are allauth's: its flows lead there.
"""

from django.conf import settings
from django.urls import path

from chat.web.accounts import SignIn
from chat.web.identity import confirming, enrolling, oidc, second_factor, second_step
from chatsite.identity import provider_id

urlpatterns = [
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    path("settings/confirm/", confirming.page, name="confirm"),
]
if settings.CHAT_OIDC_ISSUER:
    urlpatterns += [
        path("accounts/oidc/login/", oidc.begin, name="oidc_login"),
        path("accounts/oidc/connect/", oidc.connect, name="oidc_connect"),
        path("accounts/oidc/disconnect/", oidc.disconnect, name="oidc_disconnect"),
        path(
            "accounts/oidc/callback/",
            oidc.callback,
            {"provider_id": provider_id(settings.CHAT_OIDC_ISSUER)},
            name="openid_connect_callback",
        ),
    ]
if settings.CHAT_SECOND_FACTOR != "off":
    urlpatterns += [
        path("accounts/second-step/", second_step.page, name="mfa_authenticate"),
        path("accounts/passkey/", second_step.by_passkey, name="passkey_login"),
        path("accounts/enrol/", enrolling.page, name="enrol"),
        path("settings/second-factor/app/", second_factor.app, name="authenticator_app"),
        path("settings/second-factor/passkey/", second_factor.passkey, name="add_passkey"),
        path("settings/second-factor/codes/", second_factor.recovery_codes, name="recovery_codes"),
        path(
            "settings/second-factor/codes/new/", second_factor.new_recovery_codes, name="new_recovery_codes"
        ),
        path("settings/second-factor/<int:factor_id>/remove/", second_factor.remove, name="remove_factor"),
    ]
