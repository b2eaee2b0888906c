"""The list of devices in the settings, and what signing in and out writes into it."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.models import SignIn
from chat.web import sign_in_notes
from chat.web.browsers import in_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _nothing_was_noted() -> None:
    sign_in_notes.seen.forget()


def browser(user: User, user_agent: str = WINDOWS, address: str = "192.0.2.7") -> Client:
    """Somebody who signs in at the door."""
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    fields = {"username": user.username, "password": user.username}
    assert client.post("/accounts/login/", fields).status_code == 302
    return client


def test_signing_in_and_out_is_noted(alice: User) -> None:
    client = browser(alice)
    row = SignIn.objects.get()
    assert (row.user, row.user_agent, row.address) == (alice, WINDOWS, "192.0.2.7")
    assert row.session_key == client.session.session_key
    client.post("/accounts/logout/")
    assert not SignIn.objects.exists()


def test_the_list_says_browser_address_and_which_is_this(alice: User, alices: Client) -> None:
    browser(alice)
    page = alices.get("/settings/password/").content.decode()
    assert "Firefox on Windows" in page
    assert "192.0.2.7" in page
    assert page.count("this device") == 1


def test_another_device_is_signed_out(alice: User, alices: Client) -> None:
    other = browser(alice)
    key = SignIn.objects.get(user_agent=WINDOWS).id
    page = alices.post(f"/settings/sign-ins/{key}/end/", follow=True).content.decode()
    assert "That device is signed out." in page
    assert other.get("/").status_code == 302
    assert alices.get("/").status_code == 200


def test_all_others_are_signed_out(alice: User, alices: Client) -> None:
    others = [browser(alice), browser(alice)]
    page = alices.post("/settings/sign-ins/end-others/", follow=True).content.decode()
    assert "2 other devices are signed out." in page
    assert [other.get("/").status_code for other in others] == [302, 302]
    assert alices.get("/").status_code == 200


def test_nobody_signs_another_user_out(alice: User, alices: Client, bobs: Client) -> None:
    key = SignIn.objects.get(user=alice).id
    bobs.post(f"/settings/sign-ins/{key}/end/")
    bobs.post("/settings/sign-ins/end-others/")
    assert alices.get("/").status_code == 200


def test_a_new_password_leaves_this_device_alone_in_the_list(alice: User, alices: Client) -> None:
    browser(alice)
    new = {
        "old_password": "alice",
        "new_password1": "a much better one",
        "new_password2": "a much better one",
    }
    alices.post("/settings/password/", new)
    assert [row.session_key for row in SignIn.objects.all()] == [alices.session.session_key]


def test_a_session_begun_before_there_was_a_list_comes_into_it(alice: User, alices: Client) -> None:
    SignIn.objects.all().delete()
    sign_in_notes.seen.forget()
    alices.get("/")
    assert SignIn.objects.get().user == alice


def test_a_page_is_not_a_write(alices: Client) -> None:
    alices.get("/settings/keys/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        alices.get("/settings/keys/")
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Firefox on Windows"),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 "
                "Safari/537.36 Edg/140.0.0.0"
            ),
            "Edge on Windows",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.5 Safari/605.1.15"
            ),
            "Safari on macOS",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
                "CriOS/140.0.0.0 Mobile/15E148 Safari/604.1"
            ),
            "Chrome on iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) "
                "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            ),
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_told_in_plain_words(user_agent: str, words: str) -> None:
    assert in_words(user_agent) == words


def test_what_a_browser_calls_itself_cannot_break_the_page(alice: User, alices: Client) -> None:
    browser(alice, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in alices.get("/settings/password/").content.decode()
