"""Single sign-on against a provider on loopback: who gets in, as whom, and who does not."""

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from process.harness.identity_site import IdentitySite, start_identity_site
from process.harness.oidc_provider import CLIENT_ID, OidcProvider
from process.harness.people import PASSWORD
from process.harness.processes import StartServer, environment, manage
from process.harness.visitor import Visitor

pytestmark = pytest.mark.process
GO = "/accounts/oidc/login/"


@pytest.fixture(scope="module")
def site(
    oidc: OidcProvider, start_module_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> IdentitySite:
    return start_identity_site(start_module_server, tmp_path_factory.mktemp("oidc"), **oidc.settings())


def test_the_door_offers_it_and_it_leads_to_the_provider_and_nowhere_else(
    site: IdentitySite, oidc: OidcProvider
) -> None:
    visitor = site.visitor().open("/accounts/login/?next=/search/")
    assert "Example Org" in visitor.text
    assert f'href="{GO}?next=/search/"' in visitor.text
    away = site.visitor().session.get(site.server.url + GO, allow_redirects=False)
    assert away.headers["Location"].startswith(f"{oidc.issuer}/authorize?")
    foreign = {"Sec-Fetch-Site": "cross-site"}
    back = site.visitor().session.get(site.server.url + GO, headers=foreign, allow_redirects=False)
    assert back.headers["Location"] == "/accounts/login/"


def test_an_account_that_nobody_used_is_its_verified_address_s(
    site: IdentitySite, oidc: OidcProvider
) -> None:
    oidc.is_now("nina-at-org", email="Nina@example.org", email_verified=True, preferred_username="x")
    visitor = site.visitor().open(f"{GO}?next=/search/")
    assert (visitor.path, site.username(visitor)) == ("/search/", "nina")
    asked = oidc.asked[-1]
    assert (asked["client_id"], set(asked["scope"].split())) == (CLIENT_ID, {"openid", "profile", "email"})
    # From now on by who she is, whatever her address.
    oidc.is_now("nina-at-org", email="other@example.org", email_verified=True)
    assert site.username(site.visitor().open(GO)) == "nina"
    assert len({asked["nonce"], oidc.asked[-1]["nonce"]}) == 2
    ((agent,),) = site.rows("SELECT count(*) FROM chat_signin WHERE user_id = ?", site.id_of("nina"))
    assert agent == 2


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "alice@example.org", "email_verified": True, "preferred_username": "alice"},
        {"email": "dave@example.org", "email_verified": True},
        {"email": "gone@example.org", "email_verified": True},
        {"email": "bob@example.org", "email_verified": False},
        {"preferred_username": "bob"},
        {},
    ],
    ids=["used", "administrator", "deactivated", "unverified address", "username", "nothing"],
)
def test_nobody_gets_into_an_account_that_is_not_surely_theirs(
    site: IdentitySite, oidc: OidcProvider, claims: dict[str, str]
) -> None:
    oidc.is_now("somebody", **claims)
    before = site.rows("SELECT count(*) FROM auth_user")
    visitor = site.visitor().open(GO)
    assert (visitor.status, site.username(visitor)) == (403, None)
    assert site.rows("SELECT count(*) FROM auth_user") == before


def test_who_is_signed_in_connects_it_and_may_disconnect_it(site: IdentitySite, oidc: OidcProvider) -> None:
    oidc.is_now("alice-at-org", email="a@org.example", email_verified=True)
    alice = site.visitor().sign_in("alice").open("/accounts/oidc/connect/")
    assert alice.path == "/settings/password/"
    assert "Connected with a@org.example." in alice.text
    assert site.username(site.visitor().open(GO)) == "alice"
    bob = site.visitor().sign_in("bob").open("/accounts/oidc/connect/")
    assert "connected to another account" in bob.text
    assert site.username(bob) == "bob"
    assert "no longer connected" in alice.open("/settings/password/").send("/accounts/oidc/disconnect/").text
    assert site.username(site.visitor().open(GO)) is None


def test_an_open_session_alone_connects_nothing(site: IdentitySite, oidc: OidcProvider) -> None:
    oidc.is_now("mallory-at-org")
    alice = site.visitor().sign_in("alice")
    site.age(alice)
    asked = len(oidc.asked)
    alice.open("/accounts/oidc/connect/")
    assert (alice.path, len(oidc.asked)) == ("/settings/confirm/", asked)
    alice.send("/settings/confirm/", password="wrong", next="/accounts/oidc/connect/")
    assert (alice.status, len(oidc.asked)) == (400, asked)


def test_an_account_that_is_deactivated_stays_shut(site: IdentitySite, oidc: OidcProvider) -> None:
    oidc.is_now("bob-at-org")
    bob = site.visitor().sign_in("bob").open("/accounts/oidc/connect/")
    make_active = (
        "from django.contrib.auth.models import User\n"
        "User.objects.filter(username='bob').update(is_active=%s)"
    )
    manage(environment(**site.settings), "shell", "-v", "0", "-c", make_active % False)
    try:
        visitor = site.visitor().open(GO)
        assert (visitor.status, site.username(visitor), site.username(bob)) == (403, None, None)
        assert "deactivated" in visitor.text
    finally:
        manage(environment(**site.settings), "shell", "-v", "0", "-c", make_active % True)


@pytest.mark.parametrize(
    "lie",
    [
        "another key",
        "another audience",
        "another issuer",
        "expired",
        "another person",
        "no subject",
        "another nonce",
        "no nonce",
        "cancelled",
    ],
)
def test_a_provider_s_answer_that_cannot_be_trusted_lets_nobody_in(
    site: IdentitySite, oidc: OidcProvider, lie: str
) -> None:
    oidc.is_now("nina-at-org", email="nina@example.org", email_verified=True)
    assert site.username(site.visitor().open(GO)) == "nina"
    match lie:
        case "another key":
            oidc.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "another audience":
            oidc.lies = {"aud": "another client"}
        case "another issuer":
            oidc.lies = {"iss": "https://elsewhere.example"}
        case "expired":
            oidc.lies = {"exp": 1_700_000_000}
        case "another person":
            oidc.person = {"sub": "somebody"}
            oidc.told = {"sub": "nina-at-org"}
        case "no subject":
            oidc.lies, oidc.told = {"sub": None}, {"sub": None}
        case "another nonce":
            oidc.lies = {"nonce": oidc.asked[-1]["nonce"]}
        case "no nonce":
            oidc.lies = {"nonce": None}
        case "cancelled":
            oidc.refuses = True
    visitor = site.visitor().open(GO)
    assert visitor.status in (401, 502)
    assert site.username(visitor) is None


def test_an_answer_that_nobody_asked_for_lets_nobody_in(site: IdentitySite, oidc: OidcProvider) -> None:
    """Somebody's code in another's browser: signing in there as them."""
    oidc.is_now("nina-at-org")
    own = site.visitor()
    there = own.session.get(site.server.url + GO, allow_redirects=False).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=30).headers["Location"]
    other: Visitor = site.visitor().open(back.removeprefix(site.server.url))
    assert (other.status, site.username(other)) == (401, None)
    assert site.username(own.open(back.removeprefix(site.server.url))) == "nina"


def test_an_invitation_lets_a_newcomer_in_once(site: IdentitySite, oidc: OidcProvider) -> None:
    oidc.is_now("iris-at-org", name="Iris", preferred_username="alice", email="iris@org.example")
    link = manage(environment(**site.settings), "create_invitation").strip()
    secret_path = "/join/" + link.partition("/join/")[2]
    visitor = site.visitor().open(secret_path).open("/join/oidc/")
    name = site.username(visitor)
    assert name is not None
    assert name != "alice"
    ((first_name, email, used),) = site.rows(
        "SELECT first_name, email, (SELECT count(*) FROM chat_onetimelink WHERE used IS NOT NULL)"
        " FROM auth_user WHERE username = ?",
        name,
    )
    assert (first_name, email, used) == ("Iris", "", 1)
    oidc.is_now("second-at-org")
    assert site.username(site.visitor().open(secret_path).open("/join/oidc/")) is None


@pytest.fixture(scope="module")
def without_passwords(
    oidc: OidcProvider, start_module_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> IdentitySite:
    """And where an address that the provider verified is enough."""
    settings = oidc.settings(CHAT_PASSWORD_SIGN_IN="0", CHAT_OIDC_LINK_BY_EMAIL="1")
    return start_identity_site(start_module_server, tmp_path_factory.mktemp("no-passwords"), **settings)


def test_without_passwords_the_door_takes_none(without_passwords: IdentitySite) -> None:
    visitor = without_passwords.visitor().open("/accounts/login/")
    assert 'name="password"' not in visitor.text
    assert "Example Org" in visitor.text
    visitor.open("/setup/").open("/accounts/login/").send(
        "/accounts/login/", username="alice", password=PASSWORD
    )
    assert (visitor.status, without_passwords.username(visitor)) == (403, None)
    assert visitor.open("/accounts/forgotten/").status == 404


def test_where_addresses_are_trusted_a_verified_one_opens_an_account_in_use(
    without_passwords: IdentitySite, oidc: OidcProvider
) -> None:
    oidc.is_now("bob-at-org", email="bob@example.org", email_verified=False)
    assert without_passwords.username(without_passwords.visitor().open(GO)) is None
    oidc.is_now("gone-at-org", email="gone@example.org", email_verified=True)
    assert without_passwords.username(without_passwords.visitor().open(GO)) is None
    oidc.is_now("bob-at-org", email="bob@example.org", email_verified=True)
    assert without_passwords.username(without_passwords.visitor().open(GO)) == "bob"


def test_who_has_no_password_leaves_by_a_fresh_sign_in(
    without_passwords: IdentitySite, oidc: OidcProvider
) -> None:
    site = without_passwords
    oidc.is_now("alice-at-org", email="alice@example.org", email_verified=True)
    visitor = site.visitor().open(GO)
    assert "Change the password" not in visitor.open("/settings/password/").text
    assert visitor.send("/accounts/oidc/disconnect/").status == 409
    site.age(visitor)
    page = visitor.open("/settings/data/").send("/settings/data/delete/", username="alice")
    assert page.path == "/settings/confirm/"
    assert f'href="{GO}?next=/settings/password/"' in page.text
    visitor.open(GO).open("/settings/data/").send("/settings/data/delete/", username="alice")
    assert (visitor.status, site.username(visitor)) == (200, None)
    assert site.rows("SELECT count(*) FROM socialaccount_socialaccount WHERE uid = 'alice-at-org'") == [(0,)]
