"""How long a stop takes at a process that does not run the reply: `python benchmarks/stops_elsewhere.py`.

Starts so many servers (`--servers`, default 2) on a PostgreSQL database of its own (`TEST_DATABASE_URL` says
where) with a Redis of its own. The first one runs all replies; each stop goes to another one. Prints the
median, the 99th percentile and the slowest of `--stops`, with the owner idle, and then while it runs
`--streams` replies of `--rate` tokens a second that clients read; and how many closes the provider noted only
`LATE` seconds after the answer.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests")]

from process.fault_run.site import Redis
from process.harness.calls import Api, caller, http_session
from process.harness.people import Person, make_people
from process.harness.postgres import own_database
from process.harness.processes import Provider, Server, environment, manage
from process.harness.scripts import ProviderLog, now, question
from process.harness.shared_servers import site_on, until_it_has_models
from process.harness.transports import over
from process.harness.waiting import until_true

from benchmarks.relay.scenarios import percentile

LATE = 0.05
"""Seconds: the provider is a process of its own, and notes the close of a connection when its turn comes."""
WARM = 20
TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def servers(count: int, folder: Path) -> Iterator[tuple[list[Server], Mapping[str, Person], Provider]]:
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(own_database("stops"))
        redis, provider = Redis(folder), Provider(folder)
        for process in (redis, provider):
            process.start()
            stack.callback(process.close)
        upstream = {"OPENAI_BASE_URL": f"{provider.url}/v1", "CHAT_AUTO_TITLE": "0"}
        settings = environment(**site_on(database), **upstream, REDIS_URL=redis.url)
        manage(settings, "migrate", "-v", "0")
        people = make_people(settings)
        found = []
        for number in range(count):
            (place := folder / str(number)).mkdir()
            found.append(server := Server(place, settings))
            stack.callback(server.close)
            server.launch()
        for server in found:
            until_true(server.answers, 60, "the server's start")
            until_it_has_models(server, people)
        yield found, people, provider


async def read_many(url: str, key: str, count: int, rate: float) -> None:
    """What the crowd's process does: `count` clients that read, and ask again when their reply has ended."""

    async def one(api: Api, number: int) -> None:
        await asyncio.sleep(number * 0.01)
        while True:
            async with over(api, "sse").ask(question(tokens=10**5, delay=1 / rate)) as stream:
                while await stream.next() is not None:
                    stream.reading.events.clear()

    async with http_session() as http:
        await asyncio.gather(
            *(one(caller(http, url, Person("alice", key)), number) for number in range(count))
        )


@contextlib.asynccontextmanager
async def crowd(server: Server, person: Person, streams: int, rate: float) -> AsyncIterator[None]:
    words = [server.url, person.key, str(streams), str(rate)]
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, "--crowd", *words)
    try:
        await asyncio.sleep(streams * 0.02 + 5)
        yield
    finally:
        process.kill()
        await process.wait()


def cpu_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def stops(name: str, owner: Server, apis: list[Api], log: ProviderLog, count: int) -> None:
    seconds, late = [], 0
    began, before = time.monotonic(), cpu_seconds(owner)
    for number in range(count):
        content = question(tokens=2000, delay=0.02)
        await log.clear()
        reply = (await apis[0].ask_behind(content))["reply"]
        await log.reached(content, 3)
        since = now()
        message = await apis[1 + number % (len(apis) - 1)].stop(reply)
        answered = now()
        seconds.append((answered - since) * 1000)
        assert message["status"] == "stopped", message
        late += (await log.closed(content))["closed"] > answered + LATE
    busy = (cpu_seconds(owner) - before) / (time.monotonic() - began)
    print(
        f"{name}: {count} stops, median {percentile(seconds, 0.5):.0f}, p99 {percentile(seconds, 0.99):.0f},"
        f" slowest {max(seconds):.0f} ms; the owner used {busy:.0%} of a core;"
        f" {late} noted over {LATE * 1000:.0f} ms later",
        flush=True,
    )


async def measure(
    found: list[Server], people: Mapping[str, Person], provider: Provider, wanted: argparse.Namespace
) -> None:
    async with http_session() as http:
        apis = [caller(http, server.url, people["bob"]) for server in found]
        log = ProviderLog(http, provider.url)
        await stops("at first", found[0], apis, log, WARM)
        await stops("idle", found[0], apis, log, wanted.stops)
        async with crowd(found[0], people["alice"], wanted.streams, wanted.rate):
            name = f"busy with {wanted.streams} streams of {wanted.rate:g} tokens/s"
            await stops(name, found[0], apis, log, wanted.stops)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--stops", type=int, default=200)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--crowd", nargs=4, metavar=("URL", "KEY", "STREAMS", "RATE"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.crowd:
        url, key, streams, rate = wanted.crowd
        asyncio.run(read_many(url, key, int(streams), float(rate)))
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        servers(wanted.servers, Path(folder)) as (found, *rest),
    ):
        asyncio.run(measure(found, *rest, wanted))


if __name__ == "__main__":
    main()
