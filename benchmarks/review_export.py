"""What an export costs: `DATABASE_URL=… python benchmarks/review_export.py [messages]` (default: 1,000,000).

Fills an empty database of its own with conversations of ten messages; a second run only measures. Then starts
the server, takes everything out over HTTP in each form, and prints the seconds and the server's memory (RSS,
MB): before, at a tenth of the way, and at its highest. Constant memory is the last two being alike.
"""

import os
import random
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
sys.path.insert(0, str(CHECKOUT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
PORT = os.environ.setdefault("PORT", "8199")

import django

django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from chat.ids import new_id
from chat.models import AuditEntry, Completion, Conversation, ConversationDigest, Message
from chat.review import exports
from chat.review.export_forms import FORMS

IN_ONE = 10
"""Messages of a conversation."""
AT_ONCE = 500
"""Conversations of one transaction."""
PIECE = 1 << 16


def fill(count: int) -> None:
    chance = random.Random(1)
    words = [f"word{number}" for number in range(5000)]
    users = [User.objects.create(username=f"user{number}") for number in range(100)]
    now = timezone.now()
    for _ in range(count // IN_ONE // AT_ONCE):
        conversations, messages, completions, digests = [], [], [], []
        for _ in range(AT_ONCE):
            row = Conversation(owner=chance.choice(users), title=" ".join(chance.choices(words, k=4)))
            conversations.append(row)
            above = None
            for number in range(IN_ONE):
                text = " ".join(chance.choices(words, k=chance.randint(5, 80)))
                message = Message(
                    id=new_id(), conversation=row, parent=above, role="assistant" if number % 2 else "user"
                )
                message.content = text
                if number % 2:
                    completions.append(
                        Completion(message=message, number=1, model="m", status="complete", ended=now)
                    )
                    completions[-1].usage = {"prompt_tokens": 100, "completion_tokens": 50}
                messages.append(message)
                above = message
            digests.append(
                ConversationDigest(
                    conversation=row, owner=row.owner, updated=now, created=now, messages=IN_ONE, length=3000
                )
            )
        with transaction.atomic():
            Conversation.objects.bulk_create(conversations)
            Message.objects.bulk_create(messages)
            Completion.objects.bulk_create(completions)
            for completion in completions:
                completion.message.completion = completion
            replies = [completion.message for completion in completions]
            Message.objects.bulk_update(replies, ["completion"], batch_size=400)
            ConversationDigest.objects.bulk_create(digests)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def resident(pid: int, name: str) -> float:
    """MB. `VmRSS` now, `VmHWM` at its highest."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def session_of(user: User) -> str:
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def take_out(pid: int, form: str, user: User, session: str, total: int) -> None:
    export = exports.ask(user.pk, "", form, pseudonymised=False)
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/admin/review/download/{export.pk}/",
        headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
    )
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the highest begins anew
    before = resident(pid, "VmRSS")
    began, taken, early = time.perf_counter(), 0, 0.0
    with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310
        while piece := answer.read(PIECE):
            taken += len(piece)
            if not early:
                export.refresh_from_db()
                if export.done >= total / 10:
                    early = resident(pid, "VmHWM")
    seconds = time.perf_counter() - began
    export.refresh_from_db()
    assert export.done == total, f"{export.done} of {total}"
    memory = f"{before:6.0f} {early:6.0f} {resident(pid, 'VmHWM'):6.0f}"
    print(f"{form:12} {taken / 1e6:8.0f} MB {seconds:6.0f} s   RSS {memory}", flush=True)


def main() -> None:
    call_command("migrate", verbosity=0)
    if not ConversationDigest.objects.exists():
        fill(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    total = ConversationDigest.objects.count()
    dave, _ = User.objects.get_or_create(username="dave", is_staff=True, is_superuser=True)
    session = session_of(dave)
    print(f"{connection.vendor}: {total} conversations, {Message.objects.count()} messages")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=CHECKOUT,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/v1/openapi.json").close()
                break
            except OSError:
                assert server.poll() is None, "the server ended at its start"
                time.sleep(0.2)
        for form in FORMS:
            take_out(server.pid, form, dave, session, total)
    finally:
        server.terminate()
        server.wait()
    print(f"{AuditEntry.objects.filter(action='export_ended').count()} ends in the audit log")


if __name__ == "__main__":
    main()
