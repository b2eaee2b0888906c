"""No page holds anything that the policy `default-src 'self'` forbids: no inline script, style or handler."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client
from web.conftest import MakeReply


class Forbidden(HTMLParser):
    """Collects what the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style" or (
            tag == "script" and "src" not in values and values.get("type") != "application/json"
        ):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on", "hx-vals")):
                self.found.append(f"{tag} {name}")
            if (
                name in {"src", "href", "action"}
                and value
                and "//" in value
                and not value.startswith("https://example")
            ):
                self.found.append(f"{tag} {name}={value}")


def forbidden_in(page: str) -> list[str]:
    parser = Forbidden()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize(
    "address", ["/", "/settings/", "/settings/password/", "/settings/keys/", "/conversations/", "/nothing/"]
)
def test_a_page_holds_nothing_inline_and_nothing_from_elsewhere(alices: Client, address: str) -> None:
    assert forbidden_in(alices.get(address).content.decode()) == []


def test_neither_does_the_door(alice: User) -> None:
    assert forbidden_in(Client().get("/accounts/login/").content.decode()) == []


@pytest.mark.django_db
def test_neither_does_the_first_page_of_all() -> None:
    assert forbidden_in(Client().get("/setup/").content.decode()) == []


def test_neither_does_a_conversation_whose_model_tries(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    evil = '<script>alert(1)</script> <p style="color:red" onclick="alert(1)">x</p>\n\n```python\nx = 1\n```'
    reply = make_reply(alice, evil, question=evil, status="failed", error={"message": evil})
    assert forbidden_in(alices.get(f"/c/{reply.conversation_id}/").content.decode()) == []


def test_every_page_sends_the_policy(alices: Client) -> None:
    for address in ("/", "/settings/", "/nothing/"):
        policy = alices.get(address)["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
