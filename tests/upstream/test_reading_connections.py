"""Connections as the environment and the database tell them."""

import pytest
from django.contrib.auth.models import Group
from pytest_django import DjangoAssertNumQueries, Settings

from chat.models import Connection, ConnectionModel
from chat.upstream import connections, secrets


@pytest.fixture(autouse=True)
def no_environment(settings: Settings) -> None:
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = ""
    settings.CHAT_MODELS = []


def test_without_key_and_url_it_is_the_demo_model() -> None:
    demo = connections.from_environment()
    assert (demo.name, demo.transport, demo.listed) == ("demo", "demo", ("demo",))


def test_a_key_alone_leads_to_openai(settings: Settings) -> None:
    settings.OPENAI_API_KEY = "sk-x"
    found = connections.from_environment()
    assert (found.name, found.base_url) == ("environment", "https://api.openai.com/v1")
    assert (found.api_key, found.local, found.listed) == ("sk-x", False, None)
    assert "sk-x" not in repr(found)


def test_a_url_on_this_machine_is_local_and_may_take_its_time(settings: Settings) -> None:
    settings.OPENAI_BASE_URL = "http://localhost:8000/v1"
    settings.CHAT_MODELS = ["a", "b"]
    found = connections.from_environment()
    assert (found.local, found.first_token_timeout, found.listed) == (True, 300, ("a", "b"))


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://user:x@localhost/v1", True),
        ("http://[::1]:8000/v1", True),
        ("https://api.example.org/127.0.0.1", False),
    ],
)
def test_what_is_local_is_seen_by_the_host(url: str, local: bool) -> None:
    assert connections.is_local(url) is local


def test_rows_are_read_with_their_models(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = Connection.objects.create(
        name="Lab",
        base_url="http://lab.example/v1",
        key_encrypted=secrets.encrypt("sk-lab"),
        headers_encrypted=connections.encrypt_headers({"X-Team": "blue"}),
        local=True,
        concurrency=2,
    )
    model = ConnectionModel.objects.create(
        connection=row, upstream_id="m", name="M", allowed_params=["top_p"], context_length=10
    )
    group = Group.objects.create(name="researchers")
    model.groups.add(group)
    with django_assert_num_queries(3):
        demo, lab = connections.read_connections()
    assert demo.name == "demo"
    assert (lab.api_key, lab.headers, lab.concurrency) == ("sk-lab", (("X-Team", "blue"),), 2)
    assert (lab.first_token_timeout, lab.chunk_timeout) == (300, 60)
    assert lab.models[0].groups == {group.pk}
    assert lab.models[0].allowed_params == frozenset({"top_p"})


def test_a_disabled_row_is_not_there(db: None) -> None:
    Connection.objects.create(name="Lab", base_url="http://lab.example/v1", enabled=False)
    assert [connection.name for connection in connections.read_connections()] == ["demo"]


def test_a_row_of_a_built_in_connection_says_how_it_is_used(db: None) -> None:
    row = Connection.objects.create(name="demo", base_url="", concurrency=3)
    ConnectionModel.objects.create(connection=row, upstream_id="demo", name="Try me")
    (demo,) = connections.read_connections()
    assert (demo.base_url, demo.transport) == (connections.DEMO_URL, "demo")
    assert (demo.concurrency, demo.models[0].name) == (3, "Try me")
    Connection.objects.update(enabled=False)
    assert connections.read_connections() == ()


def test_a_row_of_the_environment_leads_nowhere_without_it(db: None) -> None:
    Connection.objects.create(name="environment", base_url="http://elsewhere.example/v1")
    assert [connection.name for connection in connections.read_connections()] == ["demo"]


def test_a_key_of_another_secret_is_left_out_and_logged(
    db: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    Connection.objects.create(
        name="Lab", base_url="http://lab.example/v1", key_encrypted=secrets.encrypt("sk")
    )
    settings.SECRET_KEY = "another"
    assert connections.read_connections()[1].api_key == ""
    assert "Lab" in caplog.text
