"""A conversation as a file, from the page's links."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from web.conftest import MakeReply

from chat import portable


def test_markdown_comes_as_a_file_of_its_title(alices: Client, alice: User, make_reply: MakeReply) -> None:
    reply = make_reply(alice, "Up and down.", question="徒步?")
    answer = alices.get(f"/c/{reply.conversation_id}/export/?format=md")
    assert "Up and down." in answer.content.decode()
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%BE%92%E6%AD%A5.md"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_reasoning_is_left_out_on_request(alices: Client, alice: User, make_reply: MakeReply) -> None:
    reply = make_reply(alice)
    reply.reasoning = "Let me think."
    reply.save()
    address = f"/c/{reply.conversation_id}/export/?format=md"
    assert "Let me think." in alices.get(address).content.decode()
    assert "Let me think." not in alices.get(f"{address}&reasoning=false").content.decode()


def test_json_holds_the_whole_tree(alices: Client, alice: User, make_reply: MakeReply) -> None:
    first = make_reply(alice, "One.", question="Walks")
    second = make_reply(alice, "Two.", beside=first)
    answer = alices.get(f"/c/{first.conversation_id}/export/?format=json")
    document = json.loads(answer.content)
    assert (document["format"], document["version"]) == (portable.FORMAT, portable.VERSION)
    assert [message["content"] for message in document["conversation"]["messages"]] == [
        "Walks",
        "One.",
        "Two.",
    ]
    assert document["conversation"]["active"] == str(second.id)
    assert answer["Content-Disposition"] == 'attachment; filename="Walks.json"'


@pytest.mark.parametrize("form", ["md", "json"])
def test_another_users_conversation_is_not_exported(
    form: str, bobs: Client, alice: User, make_reply: MakeReply
) -> None:
    reply = make_reply(alice)
    assert bobs.get(f"/c/{reply.conversation_id}/export/?format={form}").status_code == 404


def test_an_unknown_form_is_refused(alices: Client, alice: User, make_reply: MakeReply) -> None:
    reply = make_reply(alice)
    assert alices.get(f"/c/{reply.conversation_id}/export/?format=pdf").status_code == 400
