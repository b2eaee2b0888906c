"""The review desk's verbs for programs: find, read, judge, flag. Each is logged as the page's are."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chat.audit import Actor
from chat.auth.caller import Caller
from chat.database import in_database, reading
from chat.errors import BadRequest
from chat.review import by_program, flags, judging
from chat.review.by_program import JUDGE, READ, admitted
from chat.service.requests import decode


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be different; absent fields stay. `seen`: the version that was read; 0: there was none."""

    seen: int
    message: str | None = None
    verdict: str | UnsetType | None = UNSET
    labels: list[str] | UnsetType = UNSET
    assignee: str | UnsetType | None = UNSET
    escalated: bool | UnsetType = UNSET


class NewFlag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    message: str | None = None
    reason: str = ""


class FlagChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resolved: bool


async def find_reviewed(caller: Caller, query: str, after: str | None) -> dict[str, Any]:
    """A page of the conversations that the filter finds, or of the places where its words stand."""

    def find() -> dict[str, Any]:
        actor = admitted(caller.user_id, READ)
        try:
            return by_program.find(actor, by_program.filter_of(query), after)
        except BadRequest as error:
            error.param = "cursor" if error.param == "after" else error.param
            raise

    return await reading(find)


async def read_reviewed(caller: Caller, conversation_id: str, reason: str | None) -> dict[str, Any]:
    """The whole conversation, and what reviewers made of it; an entry of the audit log."""

    def read() -> dict[str, Any]:
        return by_program.read(admitted(caller.user_id, READ), conversation_id, reason)

    return await in_database(read)


async def judge_reviewed(caller: Caller, conversation_id: str, body: bytes) -> dict[str, Any]:
    """Change verdict, labels, assignee, escalation, unless somebody else did meanwhile (409 `overtaken`)."""
    said = decode(Judgement, body)
    fields = {
        name: value
        for name in ("verdict", "labels", "assignee", "escalated")
        if (value := getattr(said, name)) is not UNSET
    }

    def change(actor: Actor) -> dict[str, Any]:
        target = by_program.target_of(conversation_id, said.message)
        judging.change(actor, target, said.seen, by_program.change_of(fields))
        return {"judgements": by_program.judgements(target.conversation)}

    return await in_database(lambda: change(admitted(caller.user_id, READ, JUDGE)))


async def flag_reviewed(caller: Caller, conversation_id: str, body: bytes) -> dict[str, Any]:
    """Raise a flag by hand; one that is open stays the only one."""
    said = decode(NewFlag, body)

    def flag(actor: Actor) -> dict[str, Any]:
        target = by_program.target_of(conversation_id, said.message)
        raised = flags.flag_by_hand(actor, target, said.reason)
        return {"id": raised.id, "flags": by_program.flags_of(target.conversation)}

    return await in_database(lambda: flag(admitted(caller.user_id, READ, JUDGE)))


async def change_flag(caller: Caller, conversation_id: str, flag_id: str, body: bytes) -> dict[str, Any]:
    """Resolve a flag, or open it again."""
    said = decode(FlagChange, body)
    number = int(flag_id) if flag_id.isascii() and flag_id.isdigit() and len(flag_id) < 19 else 0

    def change(actor: Actor) -> dict[str, Any]:
        target = by_program.target_of(conversation_id, None)
        if said.resolved:
            flags.resolve(actor, target, number)
        else:
            flags.reopen(actor, target, number)
        return {"flags": by_program.flags_of(target.conversation)}

    return await in_database(lambda: change(admitted(caller.user_id, READ, JUDGE)))
