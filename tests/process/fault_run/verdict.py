"""Compares, character by character: what visitors saw, what is saved, and what the provider sent."""

from typing import Any

from process.fault_run.faults import ENDS_REPLIES, Faults
from process.fault_run.visitors import MAY_RECOVER, Visit

BEHIND = 0.5
"""Seconds around a fault in which a reply may begin and still be touched by it."""
Entry = dict[str, Any]


def complaints(visit: Visit, message: Entry | None, sent: list[Entry], faults: Faults) -> list[str]:
    """What is wrong with this reply; nothing, as it should be."""
    found: list[str] = []
    if visit.deleted:
        return [] if message is None else ["it was deleted, and is there"]
    if message is None:
        return ["it is not there any more"]
    status, text = message["status"], message["content"]
    touched = faults.between(visit.begin - BEHIND, visit.end + BEHIND)
    if status == "streaming":
        found.append("it still streams")
    if visit.reading.ended is not None:
        if visit.reading.text != text:
            found.append(f"saw {visit.reading.text!r}, saved {text!r}")
        if visit.reading.status != status:
            found.append(f"was told {visit.reading.status}, saved is {status}")
    if (visit.restarts or visit.overlaps) and not set(touched) & {"kill", "stand_still"}:
        found.append(f"{visit.restarts} restarts and {visit.overlaps} overlaps, and nothing was killed")
    found += _told_truly(visit, message, touched)
    found += _as_sent(visit, text, status, sent)
    return found


def unfinished(sent: list[Entry]) -> list[str]:
    """Calls of the provider that are open though nobody wants them."""
    return [
        f"the provider is still asked, and sent {entry['text'][:40]!r}: {entry['path']} {entry['body']}"
        for entry in sent
        if entry["finished"] is None and entry["closed"] is None
    ]


def _told_truly(visit: Visit, message: Entry, touched: list[str]) -> list[str]:
    status = message["status"]
    if status == "failed" and visit.fails is None:
        return [f"failed, and the provider did not: {message['error']}"]
    if status == "stopped" and not visit.stopped:
        return ["stopped, and nobody did"]
    if status == "interrupted" and not visit.left and not set(touched) & ENDS_REPLIES:
        return [f"interrupted, and its visitor stayed; meanwhile: {touched}"]
    if status == "complete" and visit.fails not in (None, *MAY_RECOVER) and not visit.continued:
        return [f"complete, and the provider failed with {visit.fails}"]
    return []


def _as_sent(visit: Visit, text: str, status: str, sent: list[Entry]) -> list[str]:
    found = []
    # A provider that refuses before the first token is asked again, by design.
    began = [entry for entry in sent if entry["text"]]
    if len(began) > visit.asks:
        found.append(f"asked {len(began)} times")
    if visit.continued:
        return found + _goes_on(text, began)
    if not visit.text.startswith(text.rstrip("\ufffd")):
        found.append(f"saved {text!r}, to be sent was {visit.text!r}")
    if status == "complete" and text != visit.text:
        found.append(f"complete with {len(text)} of {len(visit.text)} characters")
    if began and len(text) > max(len(entry["text"]) for entry in began) + 1:
        found.append("more is saved than was sent")
    return found


def _goes_on(text: str, began: list[Entry]) -> list[str]:
    """A call for more holds what there was: before it is that, and after it what the call brought."""
    before = ""
    for entry in began:
        *_, last = [each["content"] for each in entry["body"]["messages"] if each["role"] == "assistant"] or [
            ""
        ]
        if not last.startswith(before) and last:
            return [f"continued after {last!r}, and {before!r} was saved"]
        before = last
    if not began or text == before:
        return []
    if not text.startswith(before) or not began[-1]["text"].startswith(text[len(before) :].rstrip("\ufffd")):
        return [f"saved {text!r}; {before!r} was continued with {began[-1]['text']!r}"]
    return []
