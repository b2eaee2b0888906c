"""A conversation as a file, for programs."""

from api.reading import ask, error_of, events
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

LIST = "/api/v1/conversations"


async def test_a_conversation_is_exported_in_both_forms(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    conversation = (await events(await ask(as_alice)))[0]["conversation"]
    path = f"{LIST}/{conversation}"
    document = await as_alice.get(f"{path}/export")
    assert document.json()["conversation"] == (await as_alice.get(path)).json()
    assert document["Content-Disposition"].startswith("attachment; filename=")
    text = await as_alice.get(f"{path}/export?format=md")
    assert "## Question\n\nHello?" in text.content.decode()
    assert text["Content-Type"] == "text/markdown; charset=utf-8"
    assert (text["Cache-Control"], text["X-Content-Type-Options"]) == ("no-store", "nosniff")


async def test_what_is_asked_for_is_checked(as_alice: AsyncClient, as_bob: AsyncClient) -> None:
    made = (await as_alice.post(LIST, {}, "application/json")).json()
    path = f"{LIST}/{made['id']}/export"
    assert error_of(await as_alice.get(f"{path}?format=pdf"))["param"] == "format"
    assert error_of(await as_alice.get(f"{path}?fromat=md"))["param"] == "fromat"
    assert (await as_bob.get(path)).status_code == 404
