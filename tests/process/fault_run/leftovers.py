"""What a site holds, before its visitors come and after they went: memory, threads, files, connections."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from process.fault_run.site import Site
from process.harness.calls import Api
from process.harness.processes import Server

MORE_THREADS = 8
"""Pools fill as they are needed: seven threads for the database, one for names and files."""
MORE_FILES = 24
"""A connection for each of these; to Redis ten at most; one of the provider's, kept alive for a while; some
that nginx keeps open (`keepalive`)."""
MORE_MEMORY = 48
"""MiB."""
OF_DATABASE = 8
"""Connections of one server, as `chat_doctor` reckons."""
OF_REDIS = 10
"""The relay's two, and eight that count."""
EMPTY = (
    "chat_open_sockets",
    "chat_open_streams",
    "chat_running_replies",
    "chat_followers",
    "chat_listeners",
    "chat_database_calls",
)
"""Gauges of what is there while somebody is."""


@dataclass(frozen=True, slots=True)
class Held:
    """By one server."""

    way: str
    pid: int
    memory: int
    """Resident, in MiB."""
    threads: int
    files: int
    open: tuple[str, ...] = ()
    """Lines of its metrics that should say 0, and do not."""


@dataclass(frozen=True, slots=True)
class Kept:
    """By the whole site."""

    servers: tuple[Held, ...]
    database: int
    redis: int


async def kept(site: Site, api: Api) -> Kept:
    servers = [await _held(server, api.at(server.url)) for server in site.servers]
    return Kept(tuple(servers), site.database.connections(), site.redis.clients())


async def _held(server: Server, api: Api) -> Held:
    files = len(server.open_files())
    metrics = (await api.call("GET", "/metrics")).body.decode()
    return Held(server.way, server.pid, memory(server), server.threads(), files, tuple(_open(metrics)))


def memory(server: Server) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None, "it does not run"
    return int(found[1]) // 1024


def _open(metrics: str) -> Iterable[str]:
    return [
        line
        for line in metrics.splitlines()
        if line.startswith(EMPTY) and not line.startswith("#") and float(line.rpartition(" ")[2])
    ]


def left_behind(before: Kept, after: Kept) -> list[str]:
    """What should have gone, and is there. One that was restarted meanwhile is held to what others had."""
    found = []
    for held in after.servers:
        alike = [each for each in before.servers if each.way == held.way]
        same = [each for each in alike if each.pid == held.pid] or alike
        for name, more in (("memory", MORE_MEMORY), ("threads", MORE_THREADS), ("files", MORE_FILES)):
            was, has = max(getattr(each, name) for each in same), getattr(held, name)
            if has > was + more:
                found.append(f"a server ({held.way}) that had {was} {name} has {has}")
        found += [f"a server ({held.way}) that nobody uses says {line}" for line in held.open]
    for name, most in (("database", OF_DATABASE), ("redis", OF_REDIS)):
        has = getattr(after, name)
        if has > most * len(after.servers):
            found.append(f"{len(after.servers)} servers have {has} connections to the {name}")
    return found
