"""Digests and figures say what the conversation says, whatever became of it, at a constant cost."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.actions.again import continue_, regenerate
from chat.actions.ask import Question, ask
from chat.actions.deleting import hide_conversation, hide_message, restore_conversation, restore_message
from chat.actions.feedback import rate
from chat.actions.finish import Outcome, finish, finish_as_saved
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.digest.refresh import rebuild, refresh_stale
from chat.models import CompletionFigures, Conversation, ConversationDigest, Server, StaleDigest
from chat.models.digest import FINISH_BITS, SOURCE_BITS, STATUS_BITS


@pytest.fixture
def origin(alice: User) -> Origin:
    return Origin(
        user_id=alice.pk,
        server=Server.objects.create(id=uuid4(), name="one").id,
        request_hash="",
        choose_model=lambda name, params: Chosen(name or "small", "c"),
        source="websocket",
    )


def asked(origin: Origin, text: str = "Marmots?", conversation: UUID | None = None) -> NewReply:
    new = ask(origin, Question(text, conversation=None if conversation is None else str(conversation)))
    assert isinstance(new, NewReply)
    return new


def ended(
    new: NewReply, text: str = "Whistling.", status: str = "complete", finish_reason: str = "stop"
) -> None:
    now = timezone.now()
    outcome = Outcome(
        status,
        text,
        "",
        finish_reason=finish_reason,
        usage={"prompt_tokens": 10, "completion_tokens": 5},
        started=now,
        first_token=now + timedelta(milliseconds=250),
    )
    finish(new.reply, new.epochs[-1].id, outcome)


def digest_of(conversation: UUID) -> ConversationDigest:
    while refresh_stale():
        pass
    return ConversationDigest.objects.get(conversation=conversation)


def test_a_digest_counts_what_was_said_and_used(origin: Origin) -> None:
    new = asked(origin)
    assert digest_of(new.conversation).statuses == STATUS_BITS["streaming"]
    ended(new)
    digest = digest_of(new.conversation)
    assert (digest.owner_id, digest.messages, digest.length) == (origin.user_id, 2, len("Marmots?Whistling."))
    assert (digest.statuses, digest.finishes) == (STATUS_BITS["complete"], FINISH_BITS["stop"])
    assert (digest.sources, digest.models_used, digest.tokens) == (SOURCE_BITS["websocket"], ["small"], 15)
    figures = CompletionFigures.objects.get()
    assert (figures.status, figures.source, figures.first_token_ms) == ("complete", "websocket", 250)
    assert (figures.prompt_tokens, figures.completion_tokens) == (10, 5)


def test_branches_and_continuations_count_all(origin: Origin) -> None:
    new = asked(origin)
    ended(new, "Whist", "stopped")
    again = regenerate(origin, str(new.reply), "large", None)
    assert isinstance(again, NewReply)
    ended(again, "Sleeping.", finish_reason="length")
    more = continue_(origin, str(new.reply), None, None)
    assert isinstance(more, NewReply)
    ended(more, "Whistling.")
    digest = digest_of(new.conversation)
    assert digest.statuses == STATUS_BITS["stopped"] | STATUS_BITS["complete"]
    assert digest.finishes == FINISH_BITS["stop"] | FINISH_BITS["length"]
    assert (digest.models_used, digest.tokens, digest.messages) == (["large", "small"], 45, 3)


def test_a_reply_that_its_process_left_is_interrupted_in_the_digest(origin: Origin) -> None:
    new = asked(origin)
    digest_of(new.conversation)
    assert finish_as_saved(new.epochs[-1].id, "interrupted", cut_off="crash")
    assert digest_of(new.conversation).statuses == STATUS_BITS["interrupted"]
    assert CompletionFigures.objects.get().cut_off == "crash"


def test_hidden_messages_do_not_count_and_come_back(origin: Origin) -> None:
    new = asked(origin)
    ended(new)
    second = asked(origin, "And lynxes?", new.conversation)
    ended(second, status="failed")
    assert second.request is not None
    hide_message(origin.user_id, str(second.request))
    digest = digest_of(new.conversation)
    assert (digest.messages, digest.statuses, digest.tokens) == (2, STATUS_BITS["complete"], 15)
    restore_message(origin.user_id, str(second.request))
    assert digest_of(new.conversation).messages == 4


def test_a_deletion_is_in_the_digest_at_once(origin: Origin) -> None:
    new = asked(origin)
    ended(new)
    digest_of(new.conversation)
    hide_conversation(origin.user_id, new.conversation)
    assert ConversationDigest.objects.get().deleted is not None
    restore_conversation(origin.user_id, new.conversation)
    assert ConversationDigest.objects.get().deleted is None
    Conversation.objects.get().delete()
    assert not ConversationDigest.objects.exists()
    while refresh_stale():
        pass
    assert not ConversationDigest.objects.exists()
    assert not StaleDigest.objects.exists()


def test_feedback_is_counted(origin: Origin) -> None:
    new = asked(origin)
    ended(new)
    rate(origin.user_id, new.reply, -1, "Wrong.")
    digest = digest_of(new.conversation)
    assert (digest.liked, digest.disliked, digest.comments) == (0, 1, 1)
    rate(origin.user_id, new.reply, 1, "")
    digest = digest_of(new.conversation)
    assert (digest.liked, digest.disliked, digest.comments) == (1, 0, 0)


@pytest.mark.parametrize(
    "usage", [[], {"prompt_tokens": "many"}, {"prompt_tokens": -1}, {"prompt_tokens": 1e30}]
)
def test_whatever_a_provider_says_is_counted_or_left_out(origin: Origin, usage: object) -> None:
    new = asked(origin)
    finish(new.reply, new.epochs[-1].id, Outcome("complete", "x", "", usage=usage, finish_reason="odd"))  # type: ignore[arg-type]
    digest = digest_of(new.conversation)
    assert (digest.tokens, digest.finishes) == (0, FINISH_BITS["other"])


def test_any_number_of_conversations_takes_as_many_queries(origin: Origin) -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            ended(asked(origin))
        with CaptureQueriesContext(connection) as queries:
            while refresh_stale(1000):
                pass
        return len(queries)

    assert cost(1) == cost(20)
    with CaptureQueriesContext(connection) as queries:
        assert refresh_stale() == 0
    assert len(queries) == 1, "without marks it is one look"


def test_all_can_be_made_anew(origin: Origin) -> None:
    new = asked(origin)
    ended(new)
    digest_of(new.conversation)
    ConversationDigest.objects.all().delete()
    CompletionFigures.objects.update(status="failed", prompt_tokens=0)
    assert rebuild() == 1
    assert ConversationDigest.objects.get().tokens == 15
