"""An administrator changes what a key may use; what it is for stays its user's."""

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from chat.auth.keys import create_key
from chat.models import AuditEntry
from chat.quota import QUOTA_FIELDS


def test_every_limit_of_a_key_is_changed_with_an_entry(client: Client, alice: User, dave: User) -> None:
    key = create_key(alice, "laptop")[0]
    client.force_login(dave)
    address = reverse("admin:chat_apikey_change", args=[key.pk])
    limits = {name: str(number) for number, name in enumerate(QUOTA_FIELDS, 1)}
    page = client.get(address).content.decode()
    assert all(f'name="{name}"' in page for name in QUOTA_FIELDS)
    assert (
        client.post(address, {"name": "mine", "expires_0": "", "expires_1": "", **limits}).status_code == 302
    )
    key.refresh_from_db()
    assert {name: str(int(getattr(key, name))) for name in QUOTA_FIELDS} == limits
    assert key.name == "laptop"
    assert AuditEntry.objects.get(action="key_change").details["user"] == alice.pk
