"""`manage.py verify_audit`: whole is 0, broken is 1 with the faults; a head that was noted is looked for."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chat.audit import Actor, record
from chat.audit.chain import head
from chat.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three() -> None:
    for number in (1, 2, 3):
        record(Actor(7, "admin"), "read", "conversation", number)


def run(*arguments: str) -> tuple[int, str, str]:
    """Its exit code, and what it wrote to both outputs."""
    out, complaints = StringIO(), StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=complaints)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), complaints.getvalue()
    return 0, out.getvalue(), complaints.getvalue()


def behind_its_back(statement: str) -> None:
    """As whoever owns the database can do it: here the triggers are dropped."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_whole_chain_prints_its_head() -> None:
    noted = head()
    code, out, complaints = run()
    assert (code, complaints) == (0, "")
    assert out == f"The chain is whole: 3 entries.\nHead: 3:{noted.hash}\n"
    last = AuditEntry.objects.latest("id")
    assert (last.action, last.via) == ("verify", "command")
    assert last.details == {"through": 3, "head": noted.hash, "faults": 0}
    assert run("--head", f"3:{noted.hash}")[0] == 0


def test_a_row_that_was_changed_in_the_database_is_named() -> None:
    behind_its_back("UPDATE chat_auditentry SET actor = 8 WHERE id = 2")
    code, out, complaints = run()
    assert code == 1
    assert "THE CHAIN IS BROKEN" in out
    assert complaints == "Entry 2: it is not what was written.\n"


def test_a_row_that_cannot_be_read_is_named_and_the_others_are_looked_at() -> None:
    if connection.vendor == "sqlite":
        # JSON's own check stands in the way of a clumsy hand; not of one that writes the file.
        behind_its_back("PRAGMA ignore_check_constraints = ON")
        behind_its_back("UPDATE chat_auditentry SET details = 'no json' WHERE id = 2")
        behind_its_back("PRAGMA ignore_check_constraints = OFF")
    else:
        behind_its_back("UPDATE chat_auditentry SET details = '[1]' WHERE id = 2")
    code, out, _complaints = run("--json")
    assert code == 1
    assert json.loads(out)["faults"] == [{"entry": 2, "what": "changed"}]


def test_an_end_that_was_written_anew_is_known_by_the_head() -> None:
    noted = head()
    behind_its_back("DELETE FROM chat_auditentry WHERE id = 3")
    record(Actor(8, "admin"), "read", "conversation", 3)
    assert run()[0] == 0  # the chain alone cannot know
    code, out, _complaints = run("--json", "--head", f"{noted.number}:{noted.hash}")
    assert code == 1
    assert json.loads(out)["goes_through_known_head"] is False


def test_a_head_that_is_none_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", "--head", "3")
    assert refused.value.returncode == 2
    assert AuditEntry.objects.count() == 3
