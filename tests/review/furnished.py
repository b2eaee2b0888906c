"""Conversations to be found: made by the actions that users' calls come to, and digested."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from chat.actions.ask import Question, ask
from chat.actions.finish import Outcome, finish
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.digest.refresh import refresh_stale
from chat.models import Server
from chat.search.waiting import put_waiting


def origin_of(user: User, source: str = "page") -> Origin:
    return Origin(
        user_id=user.pk,
        server=Server.objects.create(id=uuid4(), name="one").id,
        request_hash="",
        choose_model=lambda name, params: Chosen(name or "small", "c"),
        source=source,
    )


def said(
    user: User,
    question: str = "Marmots?",
    reply: str | None = "Whistling.",
    *,
    source: str = "page",
    conversation: UUID | None = None,
    model: str | None = None,
    digested: bool = True,
    **outcome: Any,
) -> NewReply:
    """A question and its answer; without one the reply still runs."""
    asked = Question(question, conversation=None if conversation is None else str(conversation), model=model)
    new = ask(origin_of(user, source), asked)
    assert isinstance(new, NewReply)
    if reply is not None:
        told = {"status": "complete", "finish_reason": "stop"} | outcome
        finish(new.reply, new.epochs[-1].id, Outcome(text=reply, reasoning="", **told))
    if digested:
        digest()
    return new


def digest() -> None:
    while put_waiting() or refresh_stale():
        pass
