"""The first account of a new server: once, by whoever holds the code where others can reach the server."""

import threading
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import Settings

from chat.web.first_account import make_first_account
from chatsite import setup_code

GOOD = {"username": "dave", "password1": "a long enough one", "password2": "a long enough one"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def reachable(settings: Settings) -> str:
    """The server listens to its network; the code that it printed."""
    settings.HOST = "0.0.0.0"
    return setup_code.make_code()


@pytest.mark.django_db
def test_a_new_server_leads_its_first_visitor_to_the_first_account() -> None:
    for address in ("/", "/accounts/login/"):
        assert Client().get(address)["Location"] == "/setup/"


@pytest.mark.django_db
def test_the_first_account_is_an_administrator_and_signed_in() -> None:
    client = Client()
    assert client.post("/setup/", GOOD)["Location"] == "/"
    user = User.objects.get()
    assert user.is_superuser
    assert user.is_staff
    assert client.get("/").status_code == 200


def test_afterwards_the_address_is_not_there(alice: User) -> None:
    assert Client().get("/setup/").status_code == 404
    assert Client().post("/setup/", GOOD).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_weak_password_is_refused_with_the_reason() -> None:
    weak = GOOD | {"password1": "password", "password2": "password"}
    page = Client().post("/setup/", weak)
    assert page.status_code == 200
    assert "too common" in page.content.decode()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_on_a_network_the_code_is_asked_for(reachable: str) -> None:
    assert "One-time code" in Client().get("/setup/").content.decode()
    assert Client().post("/setup/", GOOD).status_code == 200
    assert Client().post("/setup/", GOOD | {"code": "WRONG-ONE"}).status_code == 200
    assert not User.objects.exists()
    assert Client().post("/setup/", GOOD | {"code": reachable}).status_code == 302
    assert User.objects.get().is_superuser


@pytest.mark.django_db
def test_the_code_is_good_once(reachable: str) -> None:
    Client().post("/setup/", GOOD | {"code": reachable})
    assert not setup_code.check_code(reachable)


@pytest.mark.django_db
def test_a_second_visitor_who_was_late_makes_nothing() -> None:
    assert make_first_account("dave", "a long enough one") is not None
    assert make_first_account("eve", "a long enough one") is None
    assert [user.username for user in User.objects.all()] == ["dave"]


@pytest.mark.django_db(transaction=True)
def test_visitors_at_the_same_moment_make_one_administrator() -> None:
    together = threading.Barrier(4)
    made: list[str] = []

    def visit(name: str) -> None:
        together.wait()
        try:
            if make_first_account(name, "a long enough one") is not None:
                made.append(name)
        finally:
            connection.close()

    visitors = [threading.Thread(target=visit, args=(f"visitor{number}",)) for number in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert [user.username for user in User.objects.all()] == made
    assert len(made) == 1
