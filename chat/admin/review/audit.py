"""The audit log's page: filtered, a page at a time, exported, verified. It shows no title and no text.

Looking at the log is no entry of it, or each look would make the next one longer. An export and a
verification are.
"""

import json
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat.admin.review.allowed import actor, allowed
from chat.admin.review.audit_export import FORMS, response
from chat.admin.review.audit_words import ACTIONS, KINDS
from chat.admin.review.frame import frame
from chat.audit import record
from chat.audit.chain import NO_ENTRIES, Head, head, verify
from chat.models import AuditEntry
from chat.review import audit_entries as log

STEP: Final = 20_000
"""Entries that one request verifies: a second or two. The page goes on with the next ones by itself."""
UNDER_WAY: Final = "audit_verified"
"""Where in the session it is kept how far a verification is."""
NAMED: Final = 10
"""Faults whose numbers are shown; `manage.py verify_audit` lists more."""


@never_cache
@require_GET
@allowed("chat.view_auditentry")
def page(request: HttpRequest) -> HttpResponse:
    wanted = log.wanted(request.GET)
    before = request.GET.get("before", "")
    rows, older = log.page(wanted, int(before) if before.isdecimal() and len(before) < 19 else None)
    names = log.names_of(log.users_in(rows))
    query = urlencode(wanted.given)
    context = {
        "rows": [_shown(row, names) for row in rows],
        "older": older and f"?{query}{'&' if query else ''}before={older}",
        "is_later": bool(before),
        "newest": f"?{query}",
        "wanted": wanted,
        "wrong": wanted.wrong,
        "actions": _choices(ACTIONS, wanted.action),
        "kinds": _choices(KINDS, wanted.kind),
        "chain": _chain(request),
    }
    return render(request, "admin/review/audit.html", frame(request, "audit", _("Audit log")) | context)


@require_POST
@allowed("chat.view_auditentry")
def verify_next(request: HttpRequest) -> HttpResponse:
    """Verify the next entries; where they are the last, the verification is an entry itself."""
    state = {} if "anew" in request.POST else request.session.get(UNDER_WAY, {})
    after = Head(*state["at"]) if state else NO_ENTRIES
    end, found = verify(after, STEP)
    faults = state.get("faults", 0) + len(found)
    numbers = [*state.get("numbers", []), *(fault.number for fault in found)]
    numbers = list(dict.fromkeys(numbers))[:NAMED]
    is_over = end.number == head().number
    if is_over:
        details = {"through": end.number, "head": end.hash, "faults": faults}
        record(actor(request), "verify", "audit", details=details)
        request.session.pop(UNDER_WAY, None)
        _tell(request, end.number, faults, numbers)
    else:
        request.session[UNDER_WAY] = {
            "at": (end.number, end.hash),
            "faults": faults,
            "numbers": numbers,
        }
    return redirect("review:audit")


def _tell(request: HttpRequest, entries: int, faults: int, numbers: list[int]) -> None:
    if not faults:
        whole = ngettext("The chain is whole: %(n)d entry.", "The chain is whole: %(n)d entries.", entries)
        messages.success(request, whole % {"n": entries})
        return
    broken = _("The chain is broken. Entries: %(numbers)s") % {"numbers": ", ".join(map(str, numbers))}
    messages.error(request, broken + (" …" if faults > len(numbers) else ""))


def _choices(words: dict[str, Any], chosen: str) -> list[tuple[str, str]]:
    known = sorted(((name, str(word)) for name, word in words.items()), key=lambda each: each[1])
    return known if not chosen or chosen in words else [*known, (chosen, chosen)]


def _chain(request: HttpRequest) -> dict[str, Any]:
    """What is known of the chain: when it was last verified, and how far a verification is."""
    last = log.last_verified()
    end = head()
    state = request.session.get(UNDER_WAY)
    return {
        "head": end,
        "verified": last and {"at": last.at, "faults": last.details.get("faults"), **last.details},
        "at": state and state["at"][0],
    }


def _shown(row: AuditEntry, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "who": _("The server") if row.actor is None else name_of(row.actor, names),
        "actor": "-" if row.actor is None else row.actor,
        "via": row.get_via_display(),
        "action": ACTIONS.get(row.action, row.action),
        "kind": KINDS.get(row.kind, row.kind),
        "object": row.object,
        "of": name_of(int(row.object), names) if row.kind == "user" and row.object.isdecimal() else "",
        "details": [(name, _plain(value)) for name, value in sorted(row.details.items())],
    }


def name_of(user: int, names: dict[int, str]) -> str:
    """Looked up now, never kept in the log."""
    return names.get(user) or _("(erased user %(number)s)") % {"number": user}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@require_POST
@allowed("chat.view_auditentry")
@transaction.atomic
def export(request: HttpRequest) -> HttpResponse:
    """The filtered entries as a file; with hashes, so that it can be verified elsewhere."""
    form = request.POST.get("form", "")
    if form not in FORMS:
        return redirect("review:audit")
    wanted = log.wanted(request.POST)
    end = head()
    record(
        actor(request),
        "export",
        "audit",
        details={"form": form, "through": end.number, "by": sorted(wanted.given)},
    )
    return cast(HttpResponse, response(wanted, form, through=end.number))
