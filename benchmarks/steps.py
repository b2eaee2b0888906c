"""What each step of a reply costs the process, PostgreSQL and Redis: `python benchmarks/steps.py`.

Needs a PostgreSQL on which a database may be made (`BENCH_POSTGRES`, postgres://postgres@127.0.0.1/postgres)
and a Redis (`BENCH_REDIS`, redis://127.0.0.1:6379), both otherwise idle: WAL and bytes are counted where they
are written, and so are everybody's. docs/scaling.md reckons with what it prints; `crowd.py` tells memory.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import psycopg

sys.path.insert(0, str(Path(__file__).parent.parent))
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1/postgres")
REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379")
NAME = "chat_bench_steps"
os.environ["DATABASE_URL"] = urlunsplit(urlsplit(SERVER)._replace(path=f"/{NAME}"))
os.environ["DJANGO_ENV_FILE"] = ""
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Redis

from chat.actions.ask import Question, ask
from chat.actions.checkpoint import Growth, save_growth
from chat.actions.finish import Outcome, finish
from chat.actions.liveness import beat
from chat.actions.new_reply import Chosen, NewReply, Origin
from chat.digest.refresh import BATCH, refresh_stale
from chat.ids import new_id
from chat.models import StaleDigest, WaitingText
from chat.relay.messages import Announced, Grown, Message, Want, encode
from chat.relay.ports import Piece
from chat.relay.redis_line import RedisLine
from chat.search.waiting import put_waiting

ROUNDS, TIMES, MESSAGES = 5, 40, 2000
COUNTED = ("total_net_input_bytes", "total_net_output_bytes", "used_cpu_user", "used_cpu_sys")
WORD = "token "
QUESTION = "What does a question of some length cost, and who pays for it? " * 3
REPLY = WORD * 150
TICK = os.sysconf("SC_CLK_TCK")


def backend_seconds(pid: int) -> float:
    """CPU of one of PostgreSQL's processes, where it runs on this machine; else nothing."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    return float("nan")


def written() -> int:
    """Bytes of WAL so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


def measured(what: str, step: Callable[[int], object], *, rows: int = 1) -> None:
    """Print what it costs, the median of the rounds; for each of `rows` where it does several."""
    with CaptureQueriesContext(connection) as queries:
        step(0)
    pid = connection.connection.info.backend_pid
    seen = []
    for turn in range(ROUNDS):
        wal, cpu, database = written(), time.process_time(), backend_seconds(pid)
        for number in range(TIMES):
            step(1 + turn * TIMES + number)
        cpu, database = time.process_time() - cpu, backend_seconds(pid) - database
        seen.append((cpu * 1e6, database * 1e6, written() - wal))
    cpu, database, wal = (median(values) / TIMES / rows for values in zip(*seen, strict=True))
    print(
        f"{what:46} {cpu:8.0f} µs {database:8.0f} µs in PostgreSQL {wal:8.0f} bytes of WAL"
        f" {len(queries):3} statements for {rows}",
        flush=True,
    )


def of_the_database() -> None:
    user = User.objects.create(username="alice")
    server = new_id()
    beat(server, "steps", ())
    origin = Origin(
        user_id=user.pk,
        server=server,
        request_hash="0" * 64,
        choose_model=lambda name, params: Chosen("m", "c"),
    )

    def asked() -> NewReply:
        new = ask(origin, Question(QUESTION))
        assert isinstance(new, NewReply)
        return new

    waiting = [asked() for _ in range(ROUNDS * TIMES + 1)]
    measured("a question stored, in a new conversation", lambda number: asked())
    for many in (1, 10, 100):
        epochs = [asked().epochs[0].id for _ in range(many)]

        def save(number: int, epochs: Sequence[object] = epochs) -> None:
            save_growth([Growth(epoch, number * len(WORD), WORD, 0, "") for epoch in epochs])  # type: ignore[arg-type]

        measured(f"a checkpoint of {many} replies, for each", save, rows=many)
    epochs = [asked().epochs[0].id for _ in range(100)]
    piece = WORD * 10

    def save_more(number: int) -> None:
        save_growth([Growth(epoch, number * len(piece), piece, 0, "") for epoch in epochs])

    measured("the same of 100, ten tokens in each", save_more, rows=100)
    measured(
        f"an end saved, of {len(REPLY)} characters",
        lambda number: finish(
            waiting[number].reply, waiting[number].epochs[0].id, Outcome("complete", REPLY, "", "stop")
        ),
    )
    ended = waiting[: BATCH // 2]
    while put_waiting() or refresh_stale():
        pass  # what was noted so far

    def catch_up(number: int) -> None:
        WaitingText.objects.bulk_create(
            WaitingText(message_id=key) for new in ended for key in (new.request, new.reply)
        )
        while put_waiting():
            pass

    measured("later its and its question's words are put in", catch_up, rows=len(ended))

    def digest(number: int) -> None:
        StaleDigest.objects.bulk_create(
            StaleDigest(conversation_id=new.conversation) for new in ended for _ in range(2)
        )
        refresh_stale()

    measured("and what reviewers see of it is made anew", digest, rows=len(ended))
    measured("a beat of a process with 100 replies", lambda number: beat(server, "steps", epochs))


async def of_redis(what: str, message: Message) -> None:
    """What a message costs who sends it, who hears it, and Redis, all of its protocol included."""
    redis = Redis.from_url(REDIS)
    heard: list[bytes] = []
    ready = asyncio.Event()
    channel, data = f"chat:{new_id()}", encode(message)
    listening = RedisLine(REDIS, [channel], heard.append, ready.set)
    life = asyncio.create_task(listening.run())
    await ready.wait()
    speaking = RedisLine(REDIS, [], heard.append, ready.set)

    async def sent(channel: str, hears: int) -> tuple[float, list[float]]:
        """µs of CPU and what Redis counted, for each message."""
        heard.clear()
        before, cpu = redis.info(), time.process_time()
        for _ in range(MESSAGES):
            await speaking.publish(channel, data)
        while len(heard) < hears:
            await asyncio.sleep(0.01)
        cpu, after = time.process_time() - cpu, redis.info()
        return cpu / MESSAGES * 1e6, [(after[name] - before[name]) / MESSAGES for name in COUNTED]

    turns = [(await sent("nobody's", 0), await sent(channel, MESSAGES)) for _ in range(ROUNDS)]
    send = median(alone for (alone, _), _ in turns)
    hear = median(both for _, (both, _) in turns) - send
    came, went, user, system = (
        median(column) for column in zip(*(one for _, (_, one) in turns), strict=True)
    )
    busy = (user + system) * 1e6
    print(
        f"{what:42} {send:5.0f} µs to send {hear:5.0f} µs to hear {busy:5.0f} µs in Redis"
        f" {came:5.0f} bytes in {went:5.0f} bytes out",
        flush=True,
    )
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    await listening.close()
    await speaking.close()
    redis.close()


async def of_the_relay() -> None:
    lease = new_id()
    await of_redis("a token followed elsewhere, sent and heard", Grown(lease, Piece(0, "", 1000, WORD)))
    await of_redis("ten tokens in one message", Grown(lease, Piece(0, "", 1000, WORD * 10)))
    await of_redis("a renewal of a lease", Want(lease, new_id(), new_id(), new_id(), 0, 1000))
    event = {"type": "changed", "conversation": str(new_id())}
    await of_redis("a change told to all processes", Announced(new_id(), 12345, event))


def main() -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME}".encode())
        server.execute(f"CREATE DATABASE {NAME}".encode())
        try:
            call_command("migrate", verbosity=0)
            of_the_database()
        finally:
            connection.close()
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)".encode())
    asyncio.run(of_the_relay())


if __name__ == "__main__":
    main()
