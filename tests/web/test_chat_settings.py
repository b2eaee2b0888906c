"""What leaving the page does, how it follows replies, and what new conversations begin with."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from chat.access.preferences import Chosen, preferences_of
from chat.actions.preferences import choose

# The page asks the service for the models, whose threads must see what the test wrote.
pytestmark = pytest.mark.django_db(transaction=True)


def saved(client: Client, address: str, **fields: Any) -> str:
    """The page after a form was sent."""
    answer = client.post(address, fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "window"),
    [
        ({"leaving": "site"}, "30"),
        ({"leaving": "stop"}, "0"),
        ({"leaving": "after", "leaving_seconds": "600"}, "600"),
        ({"leaving": "finish"}, ""),
    ],
)
def test_the_page_is_told_what_leaving_does(alices: Client, fields: dict[str, str], window: str) -> None:
    page = saved(alices, "/settings/chat/leaving/", **fields)
    assert "Saved what happens when you leave the page." in page
    assert f'data-resume-window="{window}"' in alices.get("/").content.decode()


@pytest.mark.parametrize(
    ("window", "words"),
    [(30.0, "go on for 30 seconds"), (1.0, "go on for 1 second"), (0.0, "stop it"), (None, "finish it")],
)
def test_the_settings_say_what_the_site_does(
    alices: Client, settings: Settings, window: float | None, words: str
) -> None:
    settings.CHAT_WEB_RESUME_WINDOW = window
    assert f"As the site does: {words}<" in alices.get("/settings/chat/").content.decode()
    shown = "" if window is None else f"{window}"
    assert f'data-resume-window="{shown}"' in alices.get("/").content.decode()


def test_the_page_is_told_the_transport(alices: Client) -> None:
    assert 'data-transport="sse"' in alices.get("/").content.decode()
    saved(alices, "/settings/chat/transport/", transport="websocket")
    assert 'data-transport="websocket"' in alices.get("/").content.decode()


def test_what_new_conversations_begin_with_is_kept(alice: User, alices: Client) -> None:
    fields = {"model": "demo", "system_prompt": "Be brief.", "temperature": "0", "max_tokens": "500"}
    assert "Saved what new conversations begin with." in saved(alices, "/settings/chat/beginnings/", **fields)
    chosen = preferences_of(alice.pk)
    assert (chosen.model, chosen.system_prompt) == ("demo", "Be brief.")
    assert chosen.params == {"temperature": 0, "max_tokens": 500}
    page = alices.get("/settings/chat/").content.decode()
    assert '<option value="demo" selected>' in page
    assert "Be brief." in page
    assert 'data-model="demo"' in alices.get("/").content.decode()


def test_they_begin_with_no_longer_a_prompt_than_a_message_may_be(
    alice: User, alices: Client, settings: Settings
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = 5
    refused = alices.post("/settings/chat/beginnings/", {"model": "demo", "system_prompt": "123456"})
    assert refused.status_code == 400
    assert "at most 5 characters" in refused.content.decode()
    saved(alices, "/settings/chat/beginnings/", model="demo", system_prompt="12345")
    assert preferences_of(alice.pk).system_prompt == "12345"
    settings.CHAT_MAX_MESSAGE_CHARS = 300_000
    saved(alices, "/settings/chat/beginnings/", model="demo", system_prompt="x" * 250_000)
    assert len(preferences_of(alice.pk).system_prompt) == 250_000


def test_a_chosen_model_that_is_away_stays_chosen(alice: User, alices: Client) -> None:
    choose(alice.pk, model="on-holiday")
    assert "on-holiday (not available now)" in alices.get("/settings/chat/").content.decode()
    saved(alices, "/settings/chat/beginnings/", model="on-holiday")
    assert preferences_of(alice.pk).model == "on-holiday"


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/settings/chat/transport/", {"transport": "pigeon"}),
        ("/settings/chat/leaving/", {"leaving": "after", "leaving_seconds": "0"}),
        ("/settings/chat/leaving/", {"leaving": "after", "leaving_seconds": ""}),
        ("/settings/chat/leaving/", {"leaving": "never"}),
        ("/settings/chat/beginnings/", {"model": "no-such-model"}),
        ("/settings/chat/beginnings/", {"temperature": "2.5"}),
        ("/settings/chat/beginnings/", {"temperature": "nan"}),
        ("/settings/chat/beginnings/", {"max_tokens": "0"}),
    ],
)
def test_what_is_no_choice_is_refused(
    alice: User, alices: Client, address: str, fields: dict[str, str]
) -> None:
    assert alices.post(address, fields).status_code == 400
    assert preferences_of(alice.pk) == Chosen()
