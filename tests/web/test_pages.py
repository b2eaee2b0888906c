"""The pages of conversations: whose they are, and what they hold without a script."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from web.conftest import MakeReply

from chat.models import Completion, Feedback
from chat.upstream.demo_replies import replies_to
from chat.web.errors import server_error
from chat.web.pages import starters

FRAGMENT = {"HX-Request": "true"}


def test_whoever_is_not_signed_in_is_asked_to(alice: User, make_reply: MakeReply) -> None:
    address = f"/c/{make_reply(alice).conversation_id}/"
    for page in ("/", address, "/settings/"):
        assert Client().get(page)["Location"] == f"/accounts/login/?next={page}"


def test_a_fragment_for_nobody_is_refused_without_a_redirect(alice: User, make_reply: MakeReply) -> None:
    address = f"/c/{make_reply(alice).conversation_id}/transcript/"
    assert Client().get(address, headers=FRAGMENT).status_code == 401


def test_another_users_conversation_is_not_there(alice: User, bobs: Client, make_reply: MakeReply) -> None:
    reply = make_reply(alice, "A secret.")
    address = f"/c/{reply.conversation_id}/"
    for page in (
        address,
        f"{address}transcript/",
        f"{address}messages/{reply.id}/",
        f"{address}item/",
        f"{address}top/",
    ):
        answer = bobs.get(page)
        assert answer.status_code == 404
        assert "secret" not in answer.content.decode()


def test_a_new_chat_offers_questions_to_begin_with(alices: Client) -> None:
    page = alices.get("/").content.decode()
    assert page.count("data-starter") == 4
    assert "Holdfast" in page


def test_the_demo_model_has_an_answer_of_its_own_to_each_of_them() -> None:
    answers = {replies_to(question)[0].split("\n\n", 2)[2] for question in starters()}
    assert len(answers) == 4
    assert replies_to("Show me what you have")[0].split("\n\n", 2)[2] not in answers


def test_a_conversation_is_readable_without_a_script(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    reply = make_reply(alice, "It is **blue**.", question="What <b>colour</b>?")
    page = alices.get(f"/c/{reply.conversation_id}/").content.decode()
    assert "<strong>blue</strong>" in page
    assert "What &lt;b&gt;colour&lt;/b&gt;?" in page
    assert "<b>colour" not in page


def test_what_is_unusual_about_a_conversation_stands_above_it(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    conversation = make_reply(alice).conversation
    address = f"/c/{conversation.id}/top/"
    assert "badge" not in alices.get(address).content.decode()
    conversation.archived, conversation.system_prompt = True, "Be brief."
    conversation.save()
    line = alices.get(address).content.decode()
    assert "Own instructions" in line
    assert "Archived" in line


def test_a_running_reply_says_so_for_the_script_that_follows_it(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    reply = make_reply(alice, "It goes", status="streaming")
    page = alices.get(f"/c/{reply.conversation_id}/").content.decode()
    assert f'data-id="{reply.id}"' in page
    assert 'data-status="streaming"' in page
    assert "It goes" in page


def test_the_transcript_shows_the_active_branch_with_a_way_to_the_others(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    first = make_reply(alice, "The first try.")
    second = make_reply(alice, "The second try.", beside=first)
    page = alices.get(f"/c/{first.conversation_id}/transcript/").content.decode()
    assert "The second try." in page
    assert "The first try." not in page
    assert "2/2" in page
    assert f'value="{first.id}"' in page
    assert str(second.id) in page


def test_one_message_can_be_had_alone(alice: User, alices: Client, make_reply: MakeReply) -> None:
    first = make_reply(alice, "The first try.", status="stopped")
    make_reply(alice, "The second try.", beside=first)
    page = alices.get(f"/c/{first.conversation_id}/messages/{first.id}/").content.decode()
    assert "The first try." in page
    assert "You stopped this reply." in page
    assert 'data-do="continue"' in page
    assert page.count("<article") == 1


def test_prose_is_left_out_for_a_page_that_has_it(alice: User, alices: Client, make_reply: MakeReply) -> None:
    reply = make_reply(alice, "It is **blue**.")
    for address in (f"messages/{reply.id}/", "transcript/"):
        page = alices.get(f"/c/{reply.conversation_id}/{address}?without=prose").content.decode()
        assert '<div class="prose" dir="auto" data-left-out></div>' in page
        assert "<strong>" not in page
        assert "It is **blue**." in page  # its source, by which the page knows what it has


def test_prose_that_is_more_than_its_blocks_is_never_left_out(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    reply = make_reply(alice, "Blue[^1].\n\n[^1]: Mostly.\n")
    page = alices.get(f"/c/{reply.conversation_id}/messages/{reply.id}/?without=prose").content.decode()
    assert "data-left-out" not in page
    assert 'class="footnotes"' in page


def test_a_message_of_another_conversation_is_not_there(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    here, elsewhere = make_reply(alice), make_reply(alice)
    assert alices.get(f"/c/{here.conversation_id}/messages/{elsewhere.id}/").status_code == 404
    assert alices.get(f"/c/{here.conversation_id}/messages/{uuid4()}/").status_code == 404


def test_the_version_of_a_transcript_changes_when_it_looks_different(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    reply = make_reply(alice, status="streaming")
    address = f"/c/{reply.conversation_id}/transcript/"

    def version() -> str:
        return str(alices.get(address).context["version"])

    before = version()
    assert version() == before
    reply.status = "stopped"
    reply.save()
    assert len({before, stopped := version()}) == 2
    # Gone on with and stopped again, while this tab slept.
    reply.completion = Completion.objects.create(
        message=reply, number=2, model="demo", status="stopped", ended=timezone.now()
    )
    reply.save()
    assert len({before, stopped, again := version()}) == 3
    Feedback.objects.create(message=reply, rating=1)
    assert version() not in {before, stopped, again}


def test_the_version_changes_with_the_versions_beside_the_branch(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    other = make_reply(alice)
    reply = make_reply(alice, beside=other)
    address = f"/c/{reply.conversation_id}/transcript/"
    before = alices.get(address).context["version"]
    other.deleted = timezone.now()
    other.save()
    assert alices.get(address).context["version"] != before


def test_a_page_costs_as_many_queries_for_a_long_conversation_as_for_a_short_one(
    alice: User, alices: Client, make_reply: MakeReply, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reply = make_reply(alice)
    for _ in range(10):
        reply = make_reply(alice, below=reply)
    # One of them asks what the user's groups allow.
    with django_assert_max_num_queries(11):
        alices.get(f"/c/{reply.conversation_id}/")


@pytest.mark.parametrize("address", ["/nothing/", "/c/no-uuid/", "/c/019a0000-0000-7000-8000-000000000000/"])
def test_what_is_not_there_has_a_page_in_the_same_style(alices: Client, address: str) -> None:
    answer = alices.get(address)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_broken_server_says_so_without_asking_the_database(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()


def test_a_forged_form_is_refused_with_a_page(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/settings/keys/", {"name": "stolen"})
    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()
    assert not alice.api_keys.exists()
