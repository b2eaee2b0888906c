"""How long the chat's pages take, over HTTP: `DATABASE_URL=… python benchmarks/chat_pages.py [times]`.

Fills an empty database of its own: a user with 10,000 conversations, and one with a conversation of 2,000
messages and one of 20. Starts the server as users do, opens each page so many times (default 60), in turns,
and prints the median and the 95th percentile in milliseconds, and the size in KB.
"""

import os
import statistics
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from benchmarks.served import cookie_of, opened, the_server
from chat import planner
from chat.models import Conversation, Message

CONVERSATIONS, LONG, SHORT = 10_000, 2_000, 20
PARAGRAPH = "A paragraph with *emphasis*, `code` and a [link](https://example.org/), as replies have. " * 3
REPLY = "## A heading\n\n" + f"{PARAGRAPH}\n\n" * 4 + "```python\nfor n in range(10):\n    print(n)\n```\n"
FRAGMENT = {"HX-Request": "true"}


def conversation(owner: User, count: int) -> Conversation:
    row = Conversation.objects.create(owner=owner, title=f"{count} messages")
    messages: list[Message] = []
    for number in range(count):
        role = ("user", "assistant")[number % 2]
        text = f"Question {number}?" if role == "user" else f"{REPLY}\n\nAnswer {number}."
        parent = messages[-1] if messages else None
        messages.append(Message(conversation=row, parent=parent, role=role, content=text))
    Message.objects.bulk_create(messages)
    row.active = messages[-1]
    row.save()
    return row


def fill() -> tuple[User, User, Conversation, Conversation]:
    many, reader = (User.objects.get_or_create(username=name)[0] for name in ("many", "reader"))
    if not Conversation.objects.exists():
        titles = (f"Conversation {number}" for number in range(CONVERSATIONS))
        Conversation.objects.bulk_create((Conversation(owner=many, title=t) for t in titles), batch_size=1000)
        for count in (LONG, SHORT):
            conversation(reader, count)
        planner.look_at()
    long, short = (Conversation.objects.get(owner=reader, title=f"{n} messages") for n in (LONG, SHORT))
    return many, reader, long, short


def main() -> None:
    call_command("migrate", verbosity=0)
    many, reader, long, short = fill()
    middle = long.messages.order_by("id")[LONG // 2]
    of_many, of_reader = cookie_of(many), cookie_of(reader)
    pages = {
        f"the newest of {CONVERSATIONS} conversations (API, 50)": (
            "/api/v1/conversations?limit=50",
            of_many,
            {},
        ),
        "the same as the page's list (40)": ("/conversations/", of_many, FRAGMENT),
        "the same with the page around it": ("/", of_many, {}),
        f"a conversation of {LONG} messages": (f"/c/{long.id}/", of_reader, {}),
        f"a conversation of {SHORT} messages": (f"/c/{short.id}/", of_reader, {}),
        "the part before it": (f"/c/{long.id}/part/?before={middle.id}", of_reader, FRAGMENT),
        "one message": (f"/c/{long.id}/messages/{middle.id}/", of_reader, FRAGMENT),
        f"all {LONG} messages (API)": (f"/api/v1/conversations/{long.id}", of_reader, {}),
    }
    vendor = connection.vendor
    connection.close()
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    taken, sizes = defaultdict(list), {}
    with the_server():
        for turn in range(-3, times):  # the first ones warm it up
            for name, (path, cookie, headers) in pages.items():
                took, body = opened(path, cookie, headers)
                sizes[name] = len(body) / 1000
                if turn >= 0:
                    taken[name].append(took)
    print(f"{vendor}; {times} times each; median and 95th percentile in ms; load {os.getloadavg()[0]:.1f}")
    for name, found in taken.items():
        median, late = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        print(f"{name:56}{median:9.1f}{late:9.1f}{sizes[name]:9.0f} KB")


if __name__ == "__main__":
    main()
