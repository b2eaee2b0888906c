"""How long a search takes: `DATABASE_URL=… python benchmarks/search.py [messages]` (default: 200,000).

Fills an empty database of its own with conversations of several users, in English and Chinese, whose
words are as frequent as in a language (Zipf); a second run on the same database only measures. Prints the
median and the 95th percentile in milliseconds: for a user's search as the page does it, for the same over
all users, and for the list.
"""

import itertools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from chat.access.conversations import list_conversations
from chat.access.search import search
from chat.models import Conversation, Message
from chat.search.found import newest_entries
from chat.search.query import parse
from chat.search.rebuild import rebuild

USERS = 20
IN_ONE = 20
"""Messages of a conversation."""
TIMES = 15
QUERIES = {
    "rare word": "w19999",
    "word of 1 in 100": "w60",
    "commonest word": "w0",
    "two words": "w40 w300",
    "rare and common": "w0 w15000",
    "beginning of two letters": "w1",
    "beginning of three": "w12",
    "words in a row": '"w3 w40"',
    "1 common character": "一",
    "1 rare character": "丏",
    "2 characters": "丁七",
    "3 characters": "一丁七",
    "nothing": "nosuchword",
}


def words(chance: random.Random) -> Callable[[int], str]:
    """Texts of so many words: Latin ones, and for every fourth text a row of Chinese characters."""
    latin = [f"w{number}" for number in range(20_000)]
    chinese = [chr(0x4E00 + number) for number in range(3_000)]
    of_latin, of_chinese = ([1 / (rank + 3) for rank in range(len(known))] for known in (latin, chinese))
    latin_sums, chinese_sums = list(itertools.accumulate(of_latin)), list(itertools.accumulate(of_chinese))

    def text(length: int) -> str:
        if chance.random() < 0.25:
            return "".join(chance.choices(chinese, cum_weights=chinese_sums, k=length))
        return " ".join(chance.choices(latin, cum_weights=latin_sums, k=length))

    return text


def fill(count: int) -> None:
    chance = random.Random(1)
    text = words(chance)
    users = [User.objects.create(username=f"user{number}") for number in range(USERS)]
    began = time.perf_counter()
    for _ in range(count // IN_ONE // 100):
        # Half of all belongs to the first user.
        owners = [users[0] if chance.random() < 0.5 else chance.choice(users) for _ in range(100)]
        rows = Conversation.objects.bulk_create(Conversation(owner=owner, title=text(5)) for owner in owners)
        Message.objects.bulk_create(
            Message(conversation=row, role="user", content=text(chance.randint(5, 120)))
            for row in rows
            for _ in range(IN_ONE)
        )
    print(f"{count} messages made in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    done = rebuild()
    print(f"{done} titles and messages indexed in {time.perf_counter() - began:.0f} s")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def milliseconds(call: Callable[[], object]) -> tuple[float, float]:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def main() -> None:
    call_command("migrate", verbosity=0)
    if not Message.objects.exists():
        fill(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
    owner = User.objects.get(username="user0").pk
    print(f"{connection.vendor}; median and 95th percentile in ms")
    print(f"{'':26}{'a user':>16}{'all users':>16}{'the list':>16}")
    for name, q in QUERIES.items():
        query = parse(q)

        def everywhere(query: object = query) -> None:
            list(newest_entries(query).select_related("conversation", "message")[:51])  # type: ignore[arg-type]

        calls = (lambda q=q: search(owner, q), everywhere, lambda q=q: list_conversations(owner, q=q))
        columns = "".join("{:>9.1f}{:>7.1f}".format(*milliseconds(call)) for call in calls)
        print(f"{name:26}{columns}", flush=True)


if __name__ == "__main__":
    main()
