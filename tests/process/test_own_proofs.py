"""Who takes a copy of their data finds the connected account and the second factors in it, and no secret."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from process.harness.identity_site import IdentitySite, start_identity_site
from process.harness.oidc_provider import OidcProvider
from process.harness.one_time_codes import code_of
from process.harness.processes import StartServer, environment, manage
from process.harness.visitor import Visitor

pytestmark = pytest.mark.process

APP = "/settings/second-factor/app/"
MORE = """
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
alice = User.objects.get(username="alice")
passkey = {"name": "Blue key", "credential": "kept-for-us"}
Authenticator.objects.create(user=alice, type="webauthn", data=passkey)
SocialAccount.objects.create(user=alice, provider="oidc-before", uid="alice-before")
SocialAccount.objects.create(user=User.objects.get(username="bob"), provider="oidc-before", uid="bob-before")
"""


@pytest.fixture
def oidc() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    yield provider
    provider.close()


@pytest.fixture
def site(
    oidc: OidcProvider, start_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> IdentitySite:
    settings = oidc.settings(CHAT_SECOND_FACTOR="optional")
    return start_identity_site(start_server, tmp_path_factory.mktemp("proofs"), **settings)


def copied(visitor: Visitor) -> zipfile.ZipFile:
    visitor.open("/settings/data/").send("/settings/data/export/")
    assert visitor.status == 200
    return zipfile.ZipFile(io.BytesIO(visitor.page.content))


def test_a_copy_names_connected_accounts_and_second_factors(site: IdentitySite, oidc: OidcProvider) -> None:
    alice = site.visitor().sign_in("alice")
    empty = json.loads(copied(alice).read("account.json"))
    assert (empty["linked_accounts"], empty["second_factors"]) == ([], [])
    oidc.is_now("alice-at-org", name="Alice", email="a@org.example", email_verified=True)
    alice.open("/accounts/oidc/connect/").open(APP)
    secret = alice.text.partition('<code class="secret">')[2].partition("<")[0]
    alice.send(APP, code=code_of(secret))
    manage(environment(**site.settings), "shell", "-v", "0", "-c", MORE)
    archive = copied(alice)
    account = json.loads(archive.read("account.json"))
    link, earlier = account["linked_accounts"]
    assert (link["provider"], link["subject"]) == (oidc.issuer, "alice-at-org")
    assert (link["name"], link["email"]) == ("Alice", "a@org.example")
    assert (earlier["provider"], earlier["subject"]) == ("oidc-before", "alice-before")
    factors = {factor["kind"]: factor for factor in account["second_factors"]}
    assert set(factors) == {"authenticator_app", "recovery_codes", "passkey"}
    assert factors["passkey"]["name"] == "Blue key"
    assert factors["passkey"]["last_used"] is None
    assert all(
        entry[key] for entry, key in [(link, "linked"), *((each, "made") for each in factors.values())]
    )
    assert "second factors" in archive.read("README.txt").decode()
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    kept = [data for (data,) in site.rows("SELECT data FROM mfa_authenticator WHERE type != 'webauthn'")]
    secrets = [value for data in kept for value in json.loads(data).values() if isinstance(value, str)]
    assert secrets
    for hidden in (secret, "kept-for-us", "bob-before", *secrets):
        assert hidden not in everything
