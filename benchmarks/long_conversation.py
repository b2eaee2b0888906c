"""What opening 2,000 messages takes: `DATABASE_URL=… python benchmarks/long_conversation.py`.

Fills an empty database of its own. Prints median and 95th percentile in milliseconds of the whole page, of
the part before it and of one message, through all of Django but without a server; beside them the API's
whole tree, and the same page of a conversation of 20 messages.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from chat.access.conversations import read_conversation
from chat.models import Conversation, Message
from chat.shown.rendered import rendered

TIMES = 20
PARAGRAPH = "A paragraph with *emphasis*, `code` and a [link](https://example.org/), as replies have. " * 3
REPLY = "## A heading\n\n" + f"{PARAGRAPH}\n\n" * 4 + "```python\nfor n in range(10):\n    print(n)\n```\n"


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


def measure(name: str, call: object, *, cold: bool = False) -> None:
    taken = []
    for _ in range(TIMES):
        if cold:
            rendered.forget()
        began = time.perf_counter()
        call()  # type: ignore[operator]
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{name:44}{statistics.median(taken):8.1f}{statistics.quantiles(taken, n=20)[-1]:8.1f}")


def main() -> None:
    call_command("migrate", verbosity=0)
    owner, _made = User.objects.get_or_create(username="reader")
    long, short = conversation(owner, 2000), conversation(owner, 20)
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    middle = long.messages.order_by("id")[1000]
    page, part = f"/c/{long.id}/", f"/c/{long.id}/part/?before={middle.id}"
    assert client.get(page).status_code == client.get(part).status_code == 200
    measure("the page, nothing rendered before", lambda: client.get(page), cold=True)
    measure("the page", lambda: client.get(page))
    measure("the page of 20 messages", lambda: client.get(f"/c/{short.id}/"))
    measure("a part in the middle", lambda: client.get(part))
    measure("one message", lambda: client.get(f"/c/{long.id}/messages/{middle.id}/"))
    measure("the whole tree (API)", lambda: read_conversation(owner.pk, long.id))


if __name__ == "__main__":
    main()
