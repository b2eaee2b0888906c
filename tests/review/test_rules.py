"""Rules raise a flag once on what comes after them, and leave the rest alone; none holds it up."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from fakes.talks import talk

from chat.audit import Actor
from chat.models import AuditEntry, Completion, Conversation, Flag, FlagRule, Message
from chat.review import rules
from chat.review.flags import resolve
from chat.review.targets import Target


def rule(kind: str = "words", value: str = "bomb", **fields: Any) -> FlagRule:
    return FlagRule.objects.create(name=fields.pop("name", "Weapons"), kind=kind, value=value, **fields)


def look_at_all() -> int:
    raised = 0
    while (new := rules.look()) is not None:
        raised += new
    return raised


def flagged() -> set[str]:
    return set(Flag.objects.values_list("message__content", flat=True))


def test_questions_and_replies_are_looked_at_as_the_rule_says(alice: User) -> None:
    rule(name="Both")
    rule(name="Questions", value="knife", replies=False)
    rule(name="Replies", value="poison", questions=False)
    talk(alice, "a bomb", "a bomb here")
    talk(alice, "a knife", "the knife")
    talk(alice, "some poison", "a poison")
    assert look_at_all() == 4
    assert flagged() == {"a bomb", "a bomb here", "a knife", "a poison"}
    entry = AuditEntry.objects.order_by("id")[0]
    assert (entry.actor, entry.via, entry.action) == (None, "server", "flag")


def test_failed_and_very_long_replies(alice: User) -> None:
    rule(kind="failed", value="", name="Failed")
    rule(kind="long", value="10", name="Long", questions=False)
    talk(alice, "q", "", status="failed")
    talk(alice, "a long question", "a very long reply")
    talk(alice, "q", "short")
    assert look_at_all() == 2


def test_a_rule_looks_at_what_comes_and_not_at_what_is_there(alice: User) -> None:
    talk(alice, "an old bomb")
    assert look_at_all() == 0
    rule()
    talk(alice, "a new bomb")
    look_at_all()
    assert flagged() == {"a new bomb"}


def test_a_question_is_looked_at_while_its_reply_still_runs(alice: User) -> None:
    rule()
    made = talk(alice, "a bomb", "", status="streaming")
    assert look_at_all() == 1
    assert rules.look() is None
    Message.objects.filter(id=made.reply).update(status="complete", content="No bomb from me.")
    Completion.objects.update(status="complete", ended=timezone.now())
    assert look_at_all() == 1


def test_what_somebody_settled_a_rule_opens_no_more(alice: User, carol: User) -> None:
    rule()
    made = talk(alice, "a bomb")
    look_at_all()
    resolve(Actor(carol.pk, "admin"), made.whole)
    Completion.objects.update(looked_at=0)
    assert look_at_all() == 0
    assert Flag.objects.get().resolved is not None


def test_two_servers_that_look_at_once_raise_one_flag(alice: User) -> None:
    rule()
    talk(alice, "a bomb")
    work = rules.next_work()
    rival = rules.next_work()
    assert work is not None
    assert rival is not None
    assert rules.finish(rival, rules.hits(rival.rules, rival.texts)) == 1
    assert rules.finish(work, rules.hits(work.rules, work.texts)) == 0
    assert Flag.objects.count() == AuditEntry.objects.count() == 1


def test_what_goes_while_it_is_looked_at_is_no_trouble(alice: User) -> None:
    gone = rule()
    talk(alice, "a bomb")
    work = rules.next_work()
    assert work is not None
    found = rules.hits(work.rules, work.texts)
    gone.delete()
    assert rules.finish(work, found) == 0
    rule()
    Completion.objects.update(looked_at=0)
    work = rules.next_work()
    assert work is not None
    found = rules.hits(work.rules, work.texts)
    Conversation.objects.all().delete()
    assert rules.finish(work, found) == 0


@pytest.mark.parametrize("policy", ["off", "flagged", "all"])
def test_rules_flag_where_flagged_ones_are_reviewed_and_nowhere_where_none_is(
    alice: User, bob: User, settings: Any, policy: str
) -> None:
    rule()
    settings.CHAT_REVIEW = policy
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    bob.groups.add(Group.objects.create(name="Works council"))
    talk(alice, "a bomb")
    talk(bob, "his bomb")
    assert look_at_all() == (0 if policy == "off" else 1)


def test_deleting_at_once_is_no_way_around_a_rule(alice: User) -> None:
    rule()
    made = talk(alice, "a bomb", deleted=timezone.now())
    look_at_all()
    assert Flag.objects.get().conversation_id == made.conversation


def test_a_value_that_cannot_be_used_is_told_without_it_and_the_others_work(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    rule()
    broken = rule("pattern", "(secret", name="Broken")
    talk(alice, "a bomb")
    with caplog.at_level(logging.WARNING):
        assert look_at_all() == 1
    assert f"flag rule {broken.pk} cannot be used" in caplog.text
    assert "secret" not in caplog.text


def test_a_look_takes_as_many_queries_however_much_waits(
    alice: User, django_assert_max_num_queries: Any
) -> None:
    rule()
    for number in range(20):
        talk(alice, f"question {number}")
    with django_assert_max_num_queries(9):
        rules.look()


def test_a_target_names_its_message_in_the_log(alice: User) -> None:
    rule()
    made = talk(alice, "a bomb")
    look_at_all()
    details = AuditEntry.objects.get().details
    assert details["message"] == str(Target(made.conversation, made.question).message)
