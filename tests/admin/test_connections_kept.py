"""Connections are kept in the admin: written once, never shown again, in effect at once."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from chat.models import Connection, ConnectionModel
from chat.upstream import connections, local_servers, secrets

LIST = "/admin/chat/connection/"
ADD = f"{LIST}add/"


def form(**fields: Any) -> dict[str, Any]:
    """What the page sends for one connection."""
    usual = {
        "name": "Lab",
        "base_url": "http://lab.example/v1",
        "enabled": "on",
        "concurrency": "0",
        "connect_timeout": "10",
        "first_token_timeout": "0",
        "chunk_timeout": "60",
        "position": "0",
        "models-TOTAL_FORMS": "0",
        "models-INITIAL_FORMS": "0",
    }
    return usual | fields


def page_of(row: Connection) -> str:
    return f"{LIST}{row.pk}/change/"


@pytest.fixture
def page(client: Client, dave: User) -> Client:
    client.force_login(dave)
    return client


@pytest.fixture
def lab(page: Client) -> Connection:
    page.post(ADD, form(key="sk-lab", headers="X-Team: blue\n\nX-Cost: 7"))
    return Connection.objects.get()


@pytest.fixture(autouse=True)
def no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    remember(monkeypatch, False)


def remember(monkeypatch: pytest.MonkeyPatch, answered: bool) -> None:
    monkeypatch.setitem(local_servers._answers, local_servers.OLLAMA.check_url, (time.monotonic(), answered))


def test_the_key_and_headers_are_stored_encrypted(lab: Connection) -> None:
    assert "sk-lab" not in lab.key_encrypted
    assert "blue" not in lab.headers_encrypted
    assert secrets.decrypt(lab.key_encrypted) == "sk-lab"
    read = connections.read_connections()[-1]
    assert read.headers == (("X-Team", "blue"), ("X-Cost", "7"))


def test_no_page_shows_them_again(page: Client, lab: Connection) -> None:
    for url in (LIST, page_of(lab), f"{LIST}{lab.pk}/history/"):
        shown = page.get(url).content.decode()
        assert "sk-lab" not in shown
        assert "blue" not in shown
        assert lab.key_encrypted not in shown


@pytest.mark.parametrize(
    "address", ["http://ollama:11434/v1", "https://[::1]:8000/v1", "http://localhost:8000"]
)
def test_a_host_on_the_own_network_is_an_address(page: Client, lab: Connection, address: str) -> None:
    page.post(page_of(lab), form(base_url=address, key="sk-other"))
    assert Connection.objects.get().base_url == address


@pytest.mark.parametrize("address", ["", "ollama", "ftp://x/", "http://", "http://me:secret@x.example/"])
def test_what_is_no_address_is_refused(page: Client, lab: Connection, address: str) -> None:
    page.post(page_of(lab), form(base_url=address, key="sk-other"))
    assert Connection.objects.get().base_url == lab.base_url


def test_what_is_left_empty_is_kept(page: Client, lab: Connection) -> None:
    page.post(page_of(lab), form(concurrency="3"))
    changed = Connection.objects.get()
    assert changed.concurrency == 3
    assert (changed.key_encrypted, changed.headers_encrypted) == (lab.key_encrypted, lab.headers_encrypted)


def test_they_can_be_forgotten_and_replaced(page: Client, lab: Connection) -> None:
    page.post(page_of(lab), form(forget="on", key="sk-new"))
    changed = Connection.objects.get()
    assert secrets.decrypt(changed.key_encrypted) == "sk-new"
    assert changed.headers_encrypted == ""


def test_a_key_is_never_sent_to_another_server_than_it_was_entered_for(page: Client, lab: Connection) -> None:
    answer = page.post(page_of(lab), form(base_url="http://evil.example/v1"))
    assert "enter its key" in answer.content.decode()
    assert Connection.objects.get().base_url == "http://lab.example/v1"
    page.post(page_of(lab), form(base_url="http://evil.example/v1", key="sk-evil"))
    changed = Connection.objects.get()
    assert secrets.decrypt(changed.key_encrypted) == "sk-evil"
    assert changed.headers_encrypted == ""


def test_another_path_on_the_same_server_keeps_the_key(page: Client, lab: Connection) -> None:
    page.post(page_of(lab), form(base_url="http://lab.example/v2"))
    assert Connection.objects.get().key_encrypted == lab.key_encrypted


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "ftp://lab.example"}, "base_url"),
        ({"key": "sk-ключ"}, "key"),
        ({"headers": "no colon"}, "headers"),
        ({"headers": "Bad Name: x"}, "headers"),
        ({"headers": "X-Team: синий"}, "headers"),
    ],
)
def test_what_cannot_work_is_refused(page: Client, fields: dict[str, str], field: str) -> None:
    answer = page.post(ADD, form(**fields))
    assert field in answer.context["adminform"].form.errors
    assert not Connection.objects.exists()


def test_models_are_arranged_with_their_connection(page: Client, lab: Connection) -> None:
    model = {
        "models-TOTAL_FORMS": "1",
        "models-0-connection": str(lab.pk),
        "models-0-upstream_id": "llama",
        "models-0-name": "Llama",
        "models-0-default": "on",
        "models-0-context_length": "8192",
        "models-0-allowed_params": "temperature,  top_p,",
    }
    page.post(page_of(lab), form(**model))
    row = ConnectionModel.objects.get()
    assert (row.upstream_id, row.name, row.default, row.context_length) == ("llama", "Llama", True, 8192)
    assert row.allowed_params == ["temperature", "top_p"]
    assert 'value="temperature, top_p"' in page.get(page_of(lab)).content.decode()


def test_a_change_is_announced_once_it_is_committed(
    page: Client, lab: Connection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    announced: list[str] = []
    forget = connections.on_change(lambda: announced.append("change"))
    with django_capture_on_commit_callbacks(execute=True):
        page.post(page_of(lab), form(enabled=""))
        assert announced == []
    assert announced
    announced.clear()
    with django_capture_on_commit_callbacks(execute=True):
        page.post(f"{LIST}{lab.pk}/delete/", {"post": "yes"})
    assert announced
    forget()


def test_an_ollama_that_answers_is_offered_by_name(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Ollama" not in page.get(LIST).content.decode()
    remember(monkeypatch, True)
    shown = page.get(LIST).content.decode()
    assert "Ollama answers on this machine" in shown
    assert "base_url=http%3A%2F%2F127.0.0.1%3A11434%2Fv1" in shown
    filled = page.get(f"{ADD}?name=Ollama&base_url=http://127.0.0.1:11434/v1&local=on").content.decode()
    assert 'value="http://127.0.0.1:11434/v1"' in filled


def test_an_ollama_that_is_connected_is_not_offered(
    page: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    remember(monkeypatch, True)
    settings.OPENAI_BASE_URL = "http://127.0.0.1:11434/v1/"
    assert "answers on this machine" not in page.get(LIST).content.decode()
    settings.OPENAI_BASE_URL = ""
    page.post(ADD, form(name="Mine", base_url="http://127.0.0.1:11434/v1"))
    assert "answers on this machine" not in page.get(LIST).content.decode()


def test_the_environments_connection_can_be_arranged(page: Client) -> None:
    assert "“demo” comes from the environment" in page.get(LIST).content.decode()
    page.post(ADD, form(name="demo", base_url="http://elsewhere.example/v1", concurrency="2"))
    (demo,) = connections.read_connections()
    assert (demo.base_url, demo.concurrency) == (connections.DEMO_URL, 2)
    assert "comes from the environment" not in page.get(LIST).content.decode()


def test_who_reviews_sees_no_connections(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get(LIST).status_code == 302
