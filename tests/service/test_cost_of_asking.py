"""What a question and the end of its reply cost the database: on SQLite all others wait meanwhile."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.access.search import search
from chat.actions.ask import Question, ask
from chat.actions.context import branch_context
from chat.actions.finish import Outcome, finish
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.models import Conversation, Server
from chat.quota import Quota


def asked_by(user: User, **more: Any) -> Origin:
    server = Server.objects.create(id=uuid4(), name="one").id
    return Origin(user.pk, server, "", lambda name, params: Chosen("m", "c"), **more)


def test_asking_and_ending_are_a_few_queries(alice: User) -> None:
    origin = asked_by(alice, source="page", quota=Quota(streams=20), max_attachments=10)

    def queries(question: Question) -> tuple[int, int, NewReply]:
        with CaptureQueriesContext(connection) as asking:
            new = ask(origin, question)
        assert isinstance(new, NewReply)
        with CaptureQueriesContext(connection) as ending:
            finish(new.reply, new.epochs[-1].id, Outcome("complete", "Whistling.", ""))
        return len(asking), len(ending), new

    asking, ending, new = queries(Question("Marmots?"))
    # Within a test they begin and end with savepoints, as many queries as a transaction's own.
    # One of each is the mark by which the conversation's digest is made anew, later; one of the end adds up
    # what was used.
    assert (asking <= 14, ending <= 11) == (True, True), (asking, ending)
    asking, ending, _ = queries(Question("Marmots again?", conversation=str(new.conversation)))
    assert (asking <= 16, ending <= 11) == (True, True), (asking, ending)
    # A title, two questions; and the replies.
    assert len(search(alice.pk, "marmots").found) == 3
    assert len(search(alice.pk, "whistling").found) == 2


def test_the_first_question_is_told_as_it_would_be_read(alice: User) -> None:
    origin = asked_by(alice, source="api")
    for prompt in ("", "Be brief."):
        new = ask(origin, Question("Marmots?", system_prompt=prompt))
        assert isinstance(new, NewReply)
        conversation = Conversation.objects.get(id=new.conversation)
        assert new.context == branch_context(conversation, new.request, vision=False)
        assert len(new.context) == (2 if prompt else 1)
