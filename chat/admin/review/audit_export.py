"""The audit log as a file: CSV or JSON lines, oldest first, in constant memory. Ids, and no names."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Final

from django.http import StreamingHttpResponse
from django.utils import timezone

from chat.database import reading
from chat.models import AuditEntry
from chat.review.audit_entries import Wanted, as_row, oldest_first

FORMS: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
AT_ONCE: Final = 1000
COLUMNS: Final = ("id", "at", "actor", "via", "action", "kind", "object", "details", "previous", "hash")


def response(wanted: Wanted, form: str, *, through: int) -> StreamingHttpResponse:
    name = f"audit-{timezone.now():%Y-%m-%d}.{form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(_lines(wanted, form, through), content_type=FORMS[form], headers=headers)


async def _lines(wanted: Wanted, form: str, through: int) -> AsyncIterator[bytes]:
    if form == "csv":
        yield _csv([list(COLUMNS)])
    after = 0
    while rows := await reading(oldest_first, wanted, after, through, AT_ONCE):
        yield _in_form(rows, form)
        after = rows[-1].id


def _in_form(rows: list[AuditEntry], form: str) -> bytes:
    plain = [as_row(row) for row in rows]
    if form == "jsonl":
        return "".join(json.dumps(row, sort_keys=True) + "\n" for row in plain).encode()
    return _csv([[_cell(row[name]) for name in COLUMNS] for row in plain])


def _cell(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
