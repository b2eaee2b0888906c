"""What every page carries, the admin's included; and static files, which need no step before the start."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.test import AsyncRequestFactory, Client
from django.utils import translation

from chatsite.asset_version import asset_version
from chatsite.security_headers import HEADER, ContentSecurityPolicy

POLICY = (
    "default-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'"
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/setup/", "/nothing/here/"])
def test_every_page_says_what_may_run_on_it(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.headers[HEADER] == POLICY
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_page_with_a_policy_of_its_own_keeps_it() -> None:
    async def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={HEADER: "default-src 'none'"})

    response = await ContentSecurityPolicy(page)(AsyncRequestFactory().get("/"))
    assert response.headers[HEADER] == "default-src 'none'"


@pytest.mark.django_db
def test_the_admin_needs_nothing_that_the_policy_forbids(client: Client, dave: User) -> None:
    client.force_login(dave)
    for path in ("/admin/", "/admin/auth/user/", f"/admin/auth/user/{dave.pk}/change/"):
        text = client.get(path).content.decode()
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text


@pytest.mark.django_db
def test_static_files_are_served_without_collecting_them(client: Client) -> None:
    response = client.get("/static/admin/css/base.css")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert client.get("/static/../manage.py").status_code == 404


@pytest.mark.django_db
def test_an_asset_is_kept_for_good_under_the_address_that_pages_give_it(client: Client) -> None:
    address = static("chat/js/page.js")
    assert re.fullmatch(r"/static/[0-9a-f]{10}/chat/js/page\.js", address)
    assert static("chat/css/tokens.css") in client.get("/setup/").content.decode()
    response = client.get(address)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["", "0123456789/"])
def test_a_page_of_another_release_gets_the_asset_that_is_there(client: Client, version: str) -> None:
    response = client.get(f"/static/{version}chat/js/page.js")
    assert body_of(response) == body_of(client.get(static("chat/js/page.js")))
    assert response.headers["Cache-Control"] == "no-cache"


def test_the_version_follows_from_what_the_assets_hold(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text("1")
    before = asset_version(tmp_path)
    assert asset_version(tmp_path) == before
    (tmp_path / "one.js").write_text("2")
    assert asset_version(tmp_path) != before


def body_of(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/static/admin/css/base.css", "/setup/"])
def test_pages_and_assets_travel_compressed(client: Client, path: str) -> None:
    plain = body_of(client.get(path))
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(body_of(response))) == len(plain) > 1.5 * len(body_of(response))


@pytest.mark.django_db
def test_pages_speak_the_visitors_language(client: Client) -> None:
    with translation.override("en"):  # and put back: the request changes it for the whole thread
        page = client.get("/setup/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).content.decode()
    assert "用户名" in page
