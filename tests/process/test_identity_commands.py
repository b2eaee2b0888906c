"""Commands on a site with single sign-on and second factors, and on one that has them no longer."""

import json
from pathlib import Path

import pytest
from process.harness.identity_site import MAKE
from process.harness.oidc_provider import OidcProvider
from process.harness.people import PASSWORD
from process.harness.processes import environment, manage, try_to_manage

pytestmark = pytest.mark.process
PROOFS = """
from django.contrib.auth.models import User
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
for name in ("alice", "bob"):
    user = User.objects.get(username=name)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    SocialAccount.objects.create(user=user, provider="oidc-1", uid=name)
"""
COUNT = """
from django.db import connection
with connection.cursor() as cursor:
    for table in ("mfa_authenticator", "socialaccount_socialaccount"):
        cursor.execute(f"SELECT count(*) FROM {table}")
        print(*cursor.fetchone())
"""
LEAVE = """
from django.contrib.auth.models import User
from chat.actions.accounts import purge_shut_accounts, shut_account
shut_account(User.objects.get(username="alice").pk)
print(purge_shut_accounts(), User.objects.filter(pk=1).exists())
"""
LOADED = """
import sys, chatsite.asgi, chatsite.urls
from django.urls import get_resolver
get_resolver().url_patterns
ITS = ("allauth", "fido2", "jwt", "qrcode", "oauthlib")
print(sorted(name for name in sys.modules if name.split(".")[0] in ITS))
"""


def shell(settings: dict[str, str], code: str) -> str:
    return manage(settings, "shell", "-v", "0", "-c", code)


@pytest.fixture(scope="module")
def off(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a site that asks for nothing of it."""
    return environment(DATABASE_URL=f"sqlite:///{tmp_path_factory.mktemp('identity') / 'chat.sqlite3'}")


@pytest.fixture(scope="module")
def on(off: dict[str, str]) -> dict[str, str]:
    """Those of the same site while it did. Alice and Bob have an app, and are connected."""
    settings = {**off, "CHAT_SECOND_FACTOR": "optional"}
    manage(settings, "migrate", "-v", "0")
    shell(settings, MAKE % PASSWORD + PROOFS)
    return settings


def test_a_site_that_asks_for_nothing_loads_nothing_of_it(off: dict[str, str]) -> None:
    assert shell(off, LOADED) == "[]"


def test_its_tables_are_what_its_models_say(on: dict[str, str]) -> None:
    manage(on, "makemigrations", "--check", "--dry-run")


def test_a_second_factor_is_reset_and_that_is_in_the_log(on: dict[str, str]) -> None:
    assert "is gone" in manage(on, "reset_second_factor", "bob")
    assert shell(on, COUNT).split() == ["2", "2"]
    last = "from chat.models import AuditEntry; print(AuditEntry.objects.latest('id').action)"
    assert shell(on, last) == "factor_reset"
    again = try_to_manage(on, "reset_second_factor", "bob")
    assert "no second factor" in again.stderr


def test_a_backup_has_it_and_is_restored_with_and_without_the_settings(
    on: dict[str, str], off: dict[str, str], tmp_path: Path
) -> None:
    file = str(tmp_path / "backup.zip")
    manage(on, "chat_backup", file)
    here = {"DATABASE_URL": f"sqlite:///{tmp_path / 'here.sqlite3'}"}
    manage(on | here, "chat_restore", file)
    assert shell(on | here, COUNT) == shell(on, COUNT)
    there = {"DATABASE_URL": f"sqlite:///{tmp_path / 'there.sqlite3'}"}
    manage(off | there, "chat_restore", file)
    assert "alice" in shell(
        off | there, "from django.contrib.auth.models import User; print(User.objects.all())"
    )


def test_who_leaves_is_forgotten_where_the_settings_ask_for_it_no_longer(
    on: dict[str, str], off: dict[str, str]
) -> None:
    of_alice = "from django.db import connection; print(connection.cursor().execute(%r).fetchone()[0])"
    factors = of_alice % "SELECT count(*) FROM mfa_authenticator WHERE user_id = 1"
    assert shell(off, factors) == "2"
    assert shell(off, LEAVE) == "1 False"
    assert shell(off, factors) == "0"


def test_the_doctor_asks_the_provider_and_knows_who_could_get_in(on: dict[str, str]) -> None:
    provider = OidcProvider()

    def told(**more: str) -> list[tuple[str, str]]:
        done = try_to_manage(on | provider.settings(**more), "chat_doctor", "--json")
        checks = json.loads(done.stdout)["checks"]
        return [(one["level"], one["says"]) for one in checks if one["part"] == "single sign-on"]

    ((level, says),) = told()
    assert level == "ok"
    assert "/accounts/oidc/callback/ as redirect URI" in says
    assert [level for level, _ in told(CHAT_PASSWORD_SIGN_IN="0")] == ["ok", "warning"]
    ((level, says),) = told(CHAT_OIDC_ISSUER=f"{provider.issuer}/elsewhere")
    assert (level, "cannot be read" in says) == ("problem", True)
    other = OidcProvider()
    other.issuer, real = provider.issuer, other.issuer
    ((level, says),) = told(CHAT_OIDC_ISSUER=real)
    assert (level, "calls itself" in says) == ("problem", True)
    provider.close()
    other.close()
