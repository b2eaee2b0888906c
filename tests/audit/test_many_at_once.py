"""Many record at the same moment, in several threads and processes: the chain is whole."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, transaction

from chat.audit import Actor, record
from chat.audit.chain import verify
from chat.models import AuditEntry

CHECKOUT = Path(__file__).resolve().parents[2]
THREADS = 4
EACH = 15
PROCESSES = 2
RECORDING = """
import sys
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from chat.audit import Actor, record
for number in range(int(sys.argv[2])):
    record(Actor(1, "command"), "read", "conversation", number)
"""


@pytest.mark.django_db(transaction=True)
def test_threads_take_turns() -> None:
    together = Barrier(THREADS)

    def work(actor: int) -> None:
        together.wait()
        for number in range(EACH):
            with transaction.atomic():
                record(Actor(actor, "admin"), "read", "conversation", number)
                # One in three is undone: its number is the next one's.
                transaction.set_rollback(number % 3 == 2)
        connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))
    end, faults = verify()
    assert faults == []
    assert end.number == AuditEntry.objects.count() == THREADS * EACH * 2 // 3


@pytest.mark.django_db(transaction=True)
def test_processes_take_turns() -> None:
    name = connection.settings_dict["NAME"]
    command = [sys.executable, "-c", RECORDING, str(name), str(EACH)]
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(CHECKOUT)}
    running = [
        subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | environment, stderr=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    for number in range(EACH):
        record(Actor(7, "admin"), "read", "conversation", number)
    for process in running:
        _out, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint.decode()
    end, faults = verify()
    assert faults == []
    assert end.number == EACH * (PROCESSES + 1)
