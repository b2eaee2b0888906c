"""How a user proves who they are besides a password, as plain values for the copy they take with them."""

from typing import Any, Final

from django.apps import apps

from chat.access.descriptions import timestamp

KINDS: Final = {"totp": "authenticator_app", "webauthn": "passkey", "recovery_codes": "recovery_codes"}


def describe_proofs(user_id: int) -> dict[str, Any]:
    """Names and times, and no secret. Nothing where no setting asks for single sign-on or second factors."""
    if not apps.is_installed("allauth.mfa"):
        return {}
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount import app_settings
    from allauth.socialaccount.models import SocialAccount

    known = app_settings.PROVIDERS["openid_connect"]["APPS"]
    issuers = {app["provider_id"]: app["settings"]["server_url"] for app in known}
    return {
        "linked_accounts": [
            {
                # Of an earlier provider only the name is known under which its accounts were linked.
                "provider": issuers.get(row.provider, row.provider),
                "subject": row.uid,
                "name": row.extra_data.get("name", ""),
                "email": row.extra_data.get("email", ""),
                "linked": timestamp(row.date_joined),
                "last_used": timestamp(row.last_login),
            }
            for row in SocialAccount.objects.filter(user_id=user_id).order_by("pk")
        ],
        "second_factors": [
            {
                "kind": KINDS.get(row.type, row.type),
                "name": row.data.get("name", "") if row.type == Authenticator.Type.WEBAUTHN else "",
                "made": timestamp(row.created_at),
                "last_used": timestamp(row.last_used_at),
            }
            for row in Authenticator.objects.filter(user_id=user_id).order_by("pk")
        ],
    }
