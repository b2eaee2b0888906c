"""How long the review desk's pages take, over HTTP: `DATABASE_URL=… python benchmarks/review.py [times]`.

On the set that `manage.py make_review_data` makes, in a database of its own; where that is empty, it is made
first (100,000 conversations, 1,000,000 messages: some minutes). Starts the server as users do, signs a
reviewer in, opens each page so many times (default 20), in turns, and prints the median and the 95th
percentile in milliseconds: of each page, and of all lists, filters, searches, queues and openings.
"""

import os
import random
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from benchmarks.chat_pages import conversation
from benchmarks.served import cookie_of, opened, the_server
from chat.models import Conversation, ConversationDigest, Label
from chat.review.queues import NAMES

LONG = "2000 messages"
"""The title of a conversation as long as that."""


def pages() -> dict[str, list[str]]:
    """By kind, the addresses of the pages, below the desk's."""
    last = ConversationDigest.objects.order_by("-updated").values_list("updated", flat=True)[0].date()
    month_ago = last.fromordinal(last.toordinal() - 60)
    label = Label.objects.values_list("id", flat=True)[0]
    filters: list[dict[str, object]] = [
        {"user": "sample-000"},
        {"user": "sample-150"},
        {"model": "gpt-4.1"},
        {"model": "pilot-model"},
        {"status": "failed"},
        {"status": "failed", "model": "deepseek-r1"},
        {"finish": "length", "source": "openai"},
        {"rating": "down", "comment": 1},
        {"flagged": "open"},
        {"verdict": "unsafe"},
        {"verdict": "none", "user": "sample-003"},
        {"label": label},
        {"assignee": "nobody"},
        {"escalated": 1},
        {"length_from": 1_000_000},
        {"tokens_from": 15_000, "tokens_to": 15_100},
        {"date_from": month_ago, "date_to": month_ago},
        {"date_from": month_ago},
        {"user": "sample-150", "model": "deepseek-r1", "status": "failed", "date_to": month_ago},
    ]
    words = (
        "the",
        "server",
        "marmot",
        "的",
        "模型",
        "天气",
        "一是",
        "bacebr",
        "nosuchword",
        "the model",
        '"of the"',
    )
    searches: list[dict[str, object]] = [{"q": word} for word in words]
    searches += [{"q": word, "sort": "ranked"} for word in ("the", "server", "天气")]
    searches += [{"q": word, "user": "sample-150"} for word in ("the", "marmot", "模型")]
    searches += [{"q": "server", "status": "failed"}, {"q": "的", "model": "pilot-model"}]
    return {
        "list": ["", *_later()],
        "filter": [f"?{urlencode(query)}" for query in filters],
        "search": [f"?{urlencode(query, quote_via=quote)}" for query in searches],
        "queue": [f"queue/{name}/" for name in NAMES],
        "opening": _opened(),
    }


def _later() -> list[str]:
    """Pages far down the list."""
    rows = ConversationDigest.objects.order_by("-updated", "-conversation_id")
    found = []
    for place in (1_000, 50_000):
        row = rows.values_list("updated", "conversation_id")[place : place + 1].first()
        if row is not None:
            found.append("?" + urlencode({"after": f"{row[0].isoformat()}~{row[1].hex}"}))
    return found


def _opened() -> list[str]:
    """The newest conversation from the list and from a search, and the longest."""
    newest = Conversation.objects.exclude(title=LONG).order_by("-updated", "-id")[0]
    long = Conversation.objects.filter(title=LONG).first() or conversation(newest.owner, 2000)
    return [f"c/{newest.id}/?in=list", f"c/{newest.id}/?in=search&q=the", f"c/{long.id}/?in=list"]


def reviewer() -> User:
    names = {"is_staff": True, "is_superuser": True}
    return User.objects.get_or_create(username="sample-reviewer", defaults=names)[0]


def page_opened(address: str, cookie: str) -> float:
    """Milliseconds until the whole page was here."""
    took, body = opened(f"/admin/review/{address}", cookie)
    if b"review-ways" not in body:
        raise SystemExit(f"{address} is not a page of the desk")
    return took


def main() -> None:
    call_command("migrate", verbosity=0)
    if not Conversation.objects.exists():
        call_command("make_review_data")
    wanted = pages()
    cookie = cookie_of(reviewer())
    vendor = connection.vendor
    connection.close()
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    with the_server():
        rounds = [(kind, address) for kind, addresses in wanted.items() for address in addresses]
        for _, address in rounds:
            page_opened(address, cookie)
        chance = random.Random(1)
        for _ in range(times):
            chance.shuffle(rounds)
            for page in rounds:
                taken[page].append(page_opened(page[1], cookie))
    print(f"{vendor}; {times} times each; median and 95th percentile in ms; load {os.getloadavg()[0]:.1f}")
    for kind, addresses in wanted.items():
        for address in addresses:
            print(f"  {address or '(newest)':70.70}{_figures(taken[kind, address])}")
        whole = [one for address in addresses for one in taken[kind, address]]
        print(f"{kind:72.72}{_figures(whole)}", flush=True)


def _figures(found: list[float]) -> str:
    return f"{statistics.median(found):>9.1f}{statistics.quantiles(found, n=20)[-1]:>9.1f}"


if __name__ == "__main__":
    main()
