"""The beat of this process, what the others' beats say, and the end of what a dead one left."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField

from chat.actions.finish import finish_as_saved
from chat.models import Completion, Message, Server
from chat.models.completion import CutOff
from chat.models.status import Status
from chat.statements import Among, Param, Select, Written, stored_key

_SERVER: Final = Param("server", UUIDField())
_raise_beat = Written("UPDATE chat_server SET beat = beat + 1 WHERE id = %s")
_others = Select(lambda: Server.objects.exclude(id=_SERVER).values_list("id", "beat"))
_said_to_run = Select(
    lambda: Completion.objects.filter(status=Status.STREAMING, server_id=_SERVER).values_list("id")
)
_still_running = Select(
    lambda: Message.objects.filter(
        Among("completion_id", Param("running", UUIDField())), status=Status.STREAMING
    ).values_list("completion_id", "completion__stop_wanted")
)


@transaction.atomic
def beat(server: UUID, name: str, running: Collection[UUID]) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Raise this process's counter; the epochs of `running` that others have ended, and want stopped."""
    if not _raise_beat.count([stored_key(server)]):
        # Whoever asks here at this moment makes it, too.
        Server.objects.get_or_create(id=server, defaults={"name": name})
    if not running:
        return frozenset(), frozenset()
    still = dict(_still_running.rows(running=running))
    return frozenset(running) - still.keys(), frozenset(epoch for epoch, wanted in still.items() if wanted)


def look(server: UUID) -> tuple[dict[UUID, int], frozenset[UUID]]:
    """The counters of all other processes that have a row; the running epochs of this one, by the rows."""
    return dict(_others.rows(server=server)), frozenset(key for (key,) in _said_to_run.rows(server=server))


def abandoned(server: UUID, beat: int) -> list[UUID]:
    """The running epochs of a process whose counter still stands there."""
    running = Completion.objects.filter(status=Status.STREAMING, server_id=server, server__beat=beat)
    return list(running.values_list("id", flat=True))


def interrupt(epoch: UUID, server: UUID, beat: int | None = None) -> bool:
    """End what a process left, with the text of its last checkpoint; where given, only at this beat."""
    guard: dict[str, Any] = {"completion__server": server}
    if beat is not None:
        guard["completion__server__beat"] = beat
    return finish_as_saved(epoch, Status.INTERRUPTED, cut_off=CutOff.CRASH, **guard)


def leave(server: UUID) -> None:
    """This process ends. Its row goes, unless something of it still runs: a reaper needs it then."""
    Server.objects.filter(id=server).exclude(completions__status=Status.STREAMING).delete()


def bury(server: UUID, beat: int) -> None:
    """Remove the row of a dead process of which nothing runs any more."""
    Server.objects.filter(id=server, beat=beat).exclude(completions__status=Status.STREAMING).delete()
