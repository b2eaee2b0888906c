"""How long the review desk's pages take, over HTTP: `DATABASE_URL=… python benchmarks/review.py [times]`.

On the set that `manage.py make_review_data` makes, in a database of its own; where that is empty, it is made
first (100,000 conversations, 1,000,000 messages: some minutes). Starts the server as users do, signs a
reviewer in, opens each page so many times (default 20), in turns, and prints the median and the 95th
percentile in milliseconds: of each page, and of all lists, filters, searches, queues and openings.
"""

import http.client
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client

from benchmarks.long_conversation import conversation
from chat.models import Conversation, ConversationDigest, Label
from chat.review.queues import NAMES

PORT = 8139
PATIENCE = 60
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


def cookie() -> str:
    user, _ = User.objects.get_or_create(
        username="sample-reviewer", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def opened(address: str, signed_in: str) -> float:
    """Milliseconds until the whole page is here."""
    began = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE)
    line.request("GET", f"/admin/review/{address}", headers={"Cookie": signed_in})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    if answer.status != 200 or b"review-ways" not in body:
        raise SystemExit(f"{address} answered {answer.status}")
    return (time.perf_counter() - began) * 1000


def wait_for_server(server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        try:
            line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=1)
            line.request("GET", "/accounts/login/")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server did not start.")


def main() -> None:
    call_command("migrate", verbosity=0)
    if not Conversation.objects.exists():
        call_command("make_review_data")
    wanted = pages()
    signed_in = cookie()
    vendor = connection.vendor
    connection.close()
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    environment = os.environ | {"PORT": str(PORT), "DJANGO_ENV_FILE": ""}
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    try:
        wait_for_server(server)
        rounds = [(kind, address) for kind, addresses in wanted.items() for address in addresses]
        for page in rounds:
            opened(page[1], signed_in)
        chance = random.Random(1)
        for _ in range(times):
            chance.shuffle(rounds)
            for page in rounds:
                taken[page].append(opened(page[1], signed_in))
    finally:
        server.terminate()
        server.wait(PATIENCE)
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
