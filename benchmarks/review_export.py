"""What an export costs: `DATABASE_URL=… python benchmarks/review_export.py [form …]` (default: each form).

On the set that `manage.py make_review_data` makes, in a database of its own; where that is empty, it is made
first (100,000 conversations, 1,000,000 messages: some minutes). Starts the server as users do, takes all
out over HTTP in each form, and prints the seconds and the server's memory (RSS, MB): before, at its
highest until a tenth of the way, and at its highest. Constant memory is the last two being alike.
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from benchmarks.served import PORT, cookie_of, the_server
from chat.models import AuditEntry, ConversationDigest, Message
from chat.review import exports
from chat.review.export_forms import FORMS

PIECE = 1 << 16


def resident(pid: int, name: str) -> float:
    """MB. `VmRSS` now, `VmHWM` at its highest."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def take_out(pid: int, form: str, user: User, cookie: str, total: int) -> None:
    export = exports.ask(user.pk, "", form, pseudonymised=False)
    address = f"http://127.0.0.1:{PORT}/admin/review/download/{export.pk}/"
    request = urllib.request.Request(address, headers={"Cookie": cookie})
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
        call_command("make_review_data")
    total = ConversationDigest.objects.count()
    dave, _ = User.objects.get_or_create(username="dave", is_staff=True, is_superuser=True)
    cookie = cookie_of(dave)
    print(f"{connection.vendor}: {total} conversations, {Message.objects.count()} messages")
    with the_server() as server:
        for form in sys.argv[1:] or FORMS:
            take_out(server.pid, form, dave, cookie, total)
    print(f"{AuditEntry.objects.filter(action='export_ended').count()} ends in the audit log")


if __name__ == "__main__":
    main()
