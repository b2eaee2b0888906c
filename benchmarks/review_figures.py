"""How long the dashboard takes to gather its figures. `DATABASE_URL=… python benchmarks/review_figures.py`.

Default: 500,000 completions of the last 90 days, 300 users in 12 groups, 8 models. Fills an empty database of
its own; a second run, or one on what `manage.py make_review_data` made, only measures. Prints queries and
seconds (best and worst of five) for 30, 90 and 365 days: of all, of the commonest model, of a group.
"""

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.digest.summing import sum_all
from chat.ids import new_id
from chat.models import CompletionFigures, Price
from chat.review.figures import gather
from chat.review.spans import Span

USERS, GROUPS, MODELS, TIMES = 300, 12, 8, 5
AT_ONCE = 5000


def fill(count: int, days: int) -> None:
    """The figures alone: what they belong to is left out, so the database must look away."""
    chance = random.Random(1)
    groups = [Group.objects.create(name=f"Group {number}") for number in range(GROUPS)]
    users = [User.objects.create(username=f"user{number}") for number in range(USERS)]
    for user in users:
        user.groups.set(chance.sample(groups, chance.choice((0, 1, 1, 2))))
    models = [f"model-{number}" for number in range(MODELS)]
    for model in models[:-1]:
        for ago in (200, 40, 10):
            Price.objects.create(
                model=model,
                since=timezone.now() - timedelta(days=ago),
                prompt=chance.randint(1, 9),
                completion=chance.randint(9, 30),
                currency="EUR" if model == models[0] else "USD",
            )
    now = timezone.now()
    statuses = ("complete",) * 90 + ("stopped",) * 5 + ("interrupted",) * 3 + ("failed",) * 2
    with connection.cursor() as cursor:
        off = "SET session_replication_role = replica"
        cursor.execute("PRAGMA foreign_keys = OFF" if connection.vendor == "sqlite" else off)
    for batch in range(count // AT_ONCE):
        rows = []
        for number in range(AT_ONCE):
            share = 1 - (batch * AT_ONCE + number) / count  # in the order of time, as in life
            status = chance.choice(statuses)
            failed = status == "failed"
            tokens = chance.randint(5, 900)
            rows.append(
                CompletionFigures(
                    completion_id=new_id(),
                    conversation_id=new_id(),
                    owner_id=users[min(int(chance.expovariate(0.02)), USERS - 1)].pk,
                    asked=now - timedelta(days=share * days),
                    model=chance.choice(models),
                    status=status,
                    finish_reason="stop" if status == "complete" else "",
                    cut_off=chance.choice(("left", "drain", "crash")) if status == "interrupted" else "",
                    error_code=chance.choice(("rate_limit", "timeout", "context_length")) if failed else "",
                    source=chance.choice(("page", "api")),
                    prompt_tokens=chance.randint(10, 4000),
                    completion_tokens=tokens,
                    first_token_ms=None if failed else int(chance.lognormvariate(6.5, 0.6)),
                    stream_ms=None if failed else tokens * chance.randint(8, 40),
                    rating=chance.choice((1, 1, -1)) if chance.random() < 0.03 else None,
                )
            )
        CompletionFigures.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure(name: str, span: Span) -> None:
    seconds = []
    for _ in range(TIMES):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            gather(span)
            seconds.append(time.perf_counter() - began)
    days = (span.end - span.start).days + 1
    print(
        f"{connection.vendor}, {days} days, {name}: {len(queries)} queries, "
        f"{1000 * min(seconds):.0f} to {1000 * max(seconds):.0f} ms",
        flush=True,
    )


def main() -> None:
    call_command("migrate", verbosity=0)
    if not CompletionFigures.objects.exists():
        count, days = [*map(int, sys.argv[1:]), *(500_000, 90)[len(sys.argv) - 1 :]]
        fill(count, days)
        began = time.perf_counter()
        sum_all()
        print(f"{connection.vendor}: summed in {time.perf_counter() - began:.0f} s", flush=True)
    today = timezone.localdate()
    model = CompletionFigures.objects.values_list("model").annotate(Count("pk")).order_by("-pk__count")[0][0]
    group = Group.objects.annotate(members=Count("user")).order_by("-members")[0]
    for days in (30, 90, 365):
        start = today - timedelta(days=days - 1)
        measure("all", Span(start, today))
        measure("one model", Span(start, today, model=model))
        measure(f"a group of {group.members}", Span(start, today, group=group.pk))


if __name__ == "__main__":
    main()
