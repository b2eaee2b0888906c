"""Authenticator apps and recovery codes at the door of a real server: asked for, used once, not guessed."""

import re

import pytest
from process.harness.identity_site import IdentitySite, start_identity_site
from process.harness.oidc_provider import OidcProvider
from process.harness.one_time_codes import code_of, wrong_code
from process.harness.people import PASSWORD
from process.harness.processes import StartServer, environment, manage, try_to_manage
from process.harness.visitor import LOGIN, Visitor

pytestmark = pytest.mark.process
APP = "/settings/second-factor/app/"
SECOND_STEP = "/accounts/second-step/"
ENROL = "/accounts/enrol/"
SECRET = re.compile(r'<code class="secret">([A-Z2-7]+)</code>')
RECOVERY_CODES = re.compile(r"<li><code>(\d{8})</code>")
GUESSES = 10


@pytest.fixture(scope="module")
def site(start_module_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> IdentitySite:
    directory = tmp_path_factory.mktemp("optional")
    return start_identity_site(start_module_server, directory, CHAT_SECOND_FACTOR="optional")


@pytest.fixture(scope="module")
def strict(
    oidc: OidcProvider, start_module_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> IdentitySite:
    """Where a second factor is required."""
    directory = tmp_path_factory.mktemp("required")
    settings = oidc.settings(CHAT_SECOND_FACTOR="required", CHAT_OIDC_SIGN_UP="1")
    return start_identity_site(start_module_server, directory, **settings)


def secret_shown(visitor: Visitor) -> str:
    found = SECRET.search(visitor.text)
    assert found is not None, visitor.text
    return found[1]


def set_up(site: IdentitySite, username: str) -> tuple[Visitor, str, list[str]]:
    """Somebody who is signed in, with an app; its secret, and the recovery codes."""
    visitor = site.visitor().sign_in(username).open(APP)
    secret = secret_shown(visitor)
    visitor.send(APP, code=code_of(secret))
    assert visitor.path == "/settings/second-factor/codes/"
    return visitor, secret, RECOVERY_CODES.findall(visitor.text)


def test_an_app_is_asked_for_after_the_password_and_each_code_is_good_once(site: IdentitySite) -> None:
    visitor, secret, codes = set_up(site, "alice")
    assert len(codes) == 10
    assert "10 left" in visitor.open("/settings/password/").text
    ((stored,),) = site.rows("SELECT data FROM mfa_authenticator WHERE type = 'totp'")
    assert secret not in stored
    visitor = site.visitor().sign_in("alice")
    assert (visitor.path, site.username(visitor)) == (SECOND_STEP, None)
    assert visitor.send(SECOND_STEP, code=wrong_code(secret)).status == 400
    assert site.username(visitor) is None
    code = code_of(secret)
    visitor.send(SECOND_STEP, code=code)
    assert (visitor.path, site.username(visitor)) == ("/", "alice")
    again = site.visitor().sign_in("alice").send(SECOND_STEP, code=code)
    assert (again.status, site.username(again)) == (400, None)
    assert site.username(again.send(SECOND_STEP, code=codes[0])) == "alice"
    assert site.username(site.visitor().sign_in("alice").send(SECOND_STEP, code=codes[0])) is None
    assert "9 left" in again.open("/settings/password/").text


def test_the_second_step_alone_lets_nobody_in(site: IdentitySite) -> None:
    assert site.visitor().open(SECOND_STEP).path == LOGIN
    assert site.visitor().open(ENROL).path == LOGIN


def test_codes_are_not_guessed_for_ever_and_the_password_does_not_begin_anew(site: IdentitySite) -> None:
    _, secret, codes = set_up(site, "bob")
    for _ in range(GUESSES):
        visitor = site.visitor().sign_in("bob")
        assert visitor.path == SECOND_STEP
        assert visitor.send(SECOND_STEP, code=wrong_code(secret)).status == 400
    visitor = site.visitor().sign_in("bob").send(SECOND_STEP, code=codes[0])
    assert (visitor.status, site.username(visitor)) == (429, None)
    assert int(visitor.page.headers["Retry-After"]) > 200


def test_the_administration_has_no_door_beside_it(site: IdentitySite) -> None:
    _, secret, _ = set_up(site, "dave")
    visitor = site.visitor().open("/admin/login/?next=/admin/")
    visitor.send(f"{LOGIN}?next=/admin/", username="dave", password=PASSWORD)
    assert visitor.path == SECOND_STEP
    assert visitor.open("/admin/").path == LOGIN
    visitor.sign_in("dave").send(SECOND_STEP, code=code_of(secret, 1))
    assert visitor.open("/admin/").path == "/admin/"


def test_what_changes_the_second_factor_asks_for_a_fresh_proof(site: IdentitySite) -> None:
    visitor, _, _ = set_up(site, "nina")
    ((row,),) = site.rows(
        "SELECT id FROM mfa_authenticator WHERE type = 'totp' AND user_id = ?", site.id_of("nina")
    )
    site.age(visitor)
    remove = f"/settings/second-factor/{row}/remove/"
    for path in (remove, "/settings/second-factor/codes/new/"):
        assert visitor.open("/settings/password/").send(path).path == "/settings/confirm/"
    for path in (APP, "/settings/second-factor/passkey/", "/settings/second-factor/codes/"):
        assert visitor.open(path).path == "/settings/confirm/"
    visitor.send("/settings/confirm/", password=PASSWORD, next="/settings/password/")
    assert visitor.path == "/settings/password/"
    assert "taken away" in visitor.send(remove).text
    assert site.username(site.visitor().sign_in("nina")) == "nina"


def test_where_it_is_required_there_is_no_session_before_it_is_set_up(strict: IdentitySite) -> None:
    visitor = strict.visitor().open("/admin/login/?next=/admin/")
    visitor.send(f"{LOGIN}?next=/admin/", username="dave", password=PASSWORD)
    assert (visitor.path, strict.username(visitor)) == (ENROL, None)
    secret = secret_shown(visitor)
    assert visitor.send(ENROL, code=wrong_code(secret)).status == 400
    assert secret_shown(visitor) == secret
    visitor.send(ENROL, code=code_of(secret))
    assert visitor.path == "/settings/second-factor/codes/"
    assert 'href="/admin/"' in visitor.text
    assert strict.username(visitor) == "dave"
    ((row,),) = strict.rows("SELECT id FROM mfa_authenticator WHERE type = 'totp'")
    assert visitor.send(f"/settings/second-factor/{row}/remove/").status == 409


def test_where_it_is_required_a_session_without_it_opens_nothing(strict: IdentitySite) -> None:
    """As those are that began before the setting did."""
    begin = (
        "from django.contrib.auth.models import User\n"
        "from django.test import Client\n"
        "client = Client()\n"
        "client.force_login(User.objects.get(username='alice'))\n"
        "print(client.session.session_key)"
    )
    key = manage(environment(**strict.settings), "shell", "-v", "0", "-c", begin).split()[-1]
    # The API first: pages end the session.
    visitor = strict.visitor()
    visitor.session.cookies["sessionid"] = key
    assert visitor.session.get(f"{strict.server.url}/api/v1/conversations").status_code == 401
    assert visitor.open("/settings/").path == LOGIN


def test_where_it_is_required_single_sign_on_is_left_to_its_provider(
    strict: IdentitySite, oidc: OidcProvider
) -> None:
    oidc.is_now("zoe-at-org", preferred_username="zoe")
    assert strict.username(strict.visitor().open("/accounts/oidc/login/")) == "zoe"


def test_keys_of_programs_need_no_second_factor(strict: IdentitySite) -> None:
    key = manage(environment(**strict.settings), "create_api_key", "bob").split()[-1]
    answer = strict.visitor().session.get(
        f"{strict.server.url}/api/v1/conversations", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 200


def test_an_administrator_takes_a_lost_one_away_and_nobody_else_does(site: IdentitySite) -> None:
    settings = environment(**site.settings)
    for name in ("alice", "dave"):
        try_to_manage(settings, "reset_second_factor", name)
    alice, _, _ = set_up(site, "alice")
    address = f"/admin/auth/user/{site.id_of('alice')}/second-factor/"
    assert alice.send(address).status == 403
    make_staff = (
        "from django.contrib.auth.models import User\n"
        "User.objects.filter(username='bob').update(is_staff=True)"
    )
    manage(settings, "shell", "-v", "0", "-c", make_staff)
    try_to_manage(settings, "reset_second_factor", "bob")
    bob = site.visitor().sign_in("bob")
    assert bob.open("/admin/").status == 200
    assert bob.send(address).status == 403
    dave = site.visitor().sign_in("dave").open(f"/admin/auth/user/{site.id_of('alice')}/change/")
    assert f'href="{address}"' in dave.text
    assert "is gone" in dave.open(address).send(address).text
    assert site.username(alice) is None
    assert site.username(site.visitor().sign_in("alice")) == "alice"
    assert site.rows("SELECT actor, via FROM chat_auditentry WHERE action = 'factor_reset' ORDER BY id DESC")[
        0
    ] == (
        site.id_of("dave"),
        "admin",
    )
