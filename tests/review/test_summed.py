"""Whatever becomes of conversations, the figures are those that one would count in their completions."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from review.furnished import digest, origin_of, said

from chat.actions.again import continue_, regenerate
from chat.actions.deleting import hide_conversation
from chat.actions.feedback import rate
from chat.actions.finish import Outcome, finish
from chat.actions.new_reply import NewReply
from chat.digest.refresh import rebuild
from chat.digest.summing import sum_one
from chat.digest.sums import rounded
from chat.models import Completion, CompletionSums, Conversation, Message
from chat.review.anonymising import anonymise
from chat.review.figures import gather
from chat.review.spans import Span

DAYS = 75
"""With a whole month in it, on any day of the year."""
MODELS = ("small", "large")
CUT_OFF = ("stopped", "interrupted", "failed")


class Life:
    """What may become of conversations, by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.running: list[NewReply] = []
        self.users = [User.objects.create(username=f"user{number}") for number in range(5)]
        self.group = Group.objects.create(name="Writers").pk
        for user in self.users[:2]:
            user.groups.add(self.group)

    def step(self) -> None:
        weights = {
            self.ask: 9,
            self.end: 3,
            self.again: 2,
            self.go_on: 2,
            self.rate: 4,
            self.hide: 1,
            self.purge: 1,
            self.purge_message: 1,
            self.anonymise: 1,
            self.leave: 0.2,
            self.sum: 6,
        }
        (do,) = self.chance.choices(list(weights), list(weights.values()))
        do()

    def one(self, rows: Any) -> Any:
        return self.chance.choice(found) if (found := list(rows)) else None

    def ask(self) -> None:
        if user := self.one(User.objects.filter(username__startswith="user")):
            new = said(
                user,
                reply=None,
                model=self.chance.choice(MODELS),
                source=self.chance.choice(("page", "page", "api", "import")),
                digested=False,
            )
            self.begin(new)

    def begin(self, new: object) -> None:
        """Asked on some day; it ends now, or perhaps later."""
        assert isinstance(new, NewReply)
        asked = timezone.now() - timedelta(days=self.chance.uniform(0, DAYS))
        Completion.objects.filter(id=new.epochs[-1].id).update(created=asked)
        self.running.append(new)
        if self.chance.random() < 0.8:
            self.end()

    def end(self) -> None:
        if not self.running:
            return
        new = self.running.pop()
        completion = Completion.objects.filter(id=new.epochs[-1].id, status="streaming").first()
        if completion is None:
            return  # deleted meanwhile
        status = self.chance.choice(("complete", "complete", *CUT_OFF))
        started = completion.created
        outcome = Outcome(
            status,
            "Whistling.",
            "",
            usage={
                "prompt_tokens": self.chance.randrange(5000),
                "completion_tokens": self.chance.randrange(900),
            },
            error={"code": self.chance.choice(("timeout", "rate"))} if status == "failed" else None,
            cut_off=self.chance.choice(("left", "drain")) if status == "interrupted" else "",
            started=started,
            first_token=self.one([None, started + timedelta(milliseconds=self.chance.randrange(9000))]),
        )
        finish(new.reply, completion.id, outcome)
        ended = started + timedelta(seconds=self.chance.randrange(10, 60))
        Completion.objects.filter(id=completion.id).update(ended=ended)

    def ended(self) -> Any:
        ended = Message.objects.filter(role="assistant", deleted=None, conversation__deleted=None)
        return ended.exclude(status="streaming").exclude(conversation__owner__username__contains=":")

    def again(self) -> None:
        if reply := self.one(self.ended()):
            self.begin(regenerate(origin_of(reply.conversation.owner), str(reply.id), None, None))

    def go_on(self) -> None:
        if reply := self.one(self.ended().filter(status__in=CUT_OFF, children=None)):
            self.begin(continue_(origin_of(reply.conversation.owner), str(reply.id), None, None))

    def rate(self) -> None:
        if reply := self.one(self.ended()):
            comment = self.one([None, "Hm."])
            rate(reply.conversation.owner_id, reply.id, self.chance.choice((1, -1, None)), comment)

    def hide(self) -> None:
        if found := self.one(Conversation.objects.filter(deleted=None)):
            hide_conversation(found.owner_id, found.id)

    def purge(self) -> None:
        if found := self.one(Conversation.objects.all()):
            found.delete()

    def purge_message(self) -> None:
        if reply := self.one(self.ended().filter(children=None)):
            reply.delete()

    def anonymise(self) -> None:
        if found := self.one(Conversation.objects.exclude(messages__status="streaming")):
            anonymise(found)

    def leave(self) -> None:
        if user := self.one(User.objects.filter(username__startswith="user")):
            user.delete()

    def sum(self) -> None:
        digest()
        for _ in range(self.chance.randrange(DAYS)):
            if not sum_one():
                break


def shown(span: Span) -> dict[str, Any]:
    figures = gather(span)
    return {
        "days": {day.day: (day.ends, day.active) for day in figures.days if day.ends},
        "active": figures.active,
        "users": {each.key: (each.replies, each.prompt, each.completion) for each in figures.users},
        "models": {each.key: (each.replies, each.prompt, each.completion) for each in figures.models},
        "causes": {(each.status, each.code): each.replies for each in figures.causes},
        "rated": {each.model: (each.liked, each.disliked) for each in figures.rated},
        "speeds": {
            each.model: (each.replies, each.first_p50, each.first_p95, each.speed_p50, each.speed_p95)
            for each in figures.speeds
        },
    }


def counted(span: Span) -> dict[str, Any]:
    """The same, in the plainest way."""
    rows = [
        row
        for row in Completion.objects.select_related("message__conversation", "message__feedback")
        if row.source != "import" and span.start <= row.created.date() <= span.end
    ]
    if span.model:
        rows = [row for row in rows if row.model == span.model]
    if span.group:
        members = set(User.objects.filter(groups=span.group).values_list("pk", flat=True))
        rows = [row for row in rows if row.message.conversation.owner_id in members]
    days: dict[Any, Counter[str]] = defaultdict(Counter)
    active: dict[Any, set[int]] = defaultdict(set)
    usage: dict[tuple[str, Any], list[int]] = defaultdict(lambda: [0, 0, 0])
    causes: Counter[tuple[str, str]] = Counter()
    rated: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    first: dict[str, list[int]] = defaultdict(list)
    speed: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        owner, day = row.message.conversation.owner_id, row.created.date()
        days[day][row.status] += 1
        active[day].add(owner)
        active["all"].add(owner)
        said = row.usage or {}
        for key in (("user", owner), ("model", row.model)):
            more = (1, said.get("prompt_tokens", 0), said.get("completion_tokens", 0))
            usage[key] = [one + two for one, two in zip(usage[key], more, strict=True)]
        if row.status in CUT_OFF:
            causes[row.status, row.error["code"] if row.error else row.cut_off] += 1
        feedback = getattr(row.message, "feedback", None)
        if feedback is not None and feedback.rating and row.message.completion_id == row.id:
            rated[row.model][feedback.rating < 0] += 1
        if row.first_token and row.started:
            first[row.model].append(rounded((row.first_token - row.started) // timedelta(milliseconds=1)))
            if row.ended and said.get("completion_tokens"):
                stream = (row.ended - row.first_token) // timedelta(milliseconds=1)
                speed[row.model].append(rounded(said["completion_tokens"] * 10_000 // stream))
    return {
        "days": {day: (dict(ends), len(active[day])) for day, ends in days.items()},
        "active": len(active["all"]),
        "users": {key: tuple(sums) for (kind, key), sums in usage.items() if kind == "user"},
        "models": {key: tuple(sums) for (kind, key), sums in usage.items() if kind == "model"},
        "causes": dict(causes),
        "rated": {model: tuple(both) for model, both in rated.items()},
        "speeds": {
            model: (
                len(numbers),
                *(at(numbers, share) for share in (0.5, 0.95)),
                *(tenths(at(speed[model], share)) for share in (0.5, 0.95)),
            )
            for model, numbers in first.items()
        },
    }


def at(numbers: list[int], share: float) -> int | None:
    within = (one for one in sorted(numbers) if sum(n <= one for n in numbers) >= share * len(numbers))
    return next(within, None)


def tenths(number: int | None) -> float | None:
    return None if number is None else number / 10


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_figures_are_those_of_the_completions(db: None, seed: int) -> None:
    life = Life(seed)
    today = timezone.localdate()
    start = today - timedelta(days=DAYS)
    for _ in range(12):
        for _ in range(15):
            life.step()
        digest()
        some = start + timedelta(days=life.chance.randrange(DAYS))
        for span in (Span(start, today), Span(some, today), Span(start, some, model="small")):
            assert shown(span) == counted(span)
        assert shown(Span(start, today, group=life.group)) == counted(Span(start, today, group=life.group))
    assert CompletionSums.objects.exists()
    before = shown(Span(start, today))
    rebuild()
    assert not sum_one()
    assert shown(Span(start, today)) == before
