"""A deploy at noon, by deploy/rolling-restart.sh: nobody is cut off, and nothing is asked twice."""

import asyncio
import os
import random
from pathlib import Path

import aiohttp
import pytest
from process.fault_run.faults import Faults
from process.fault_run.site import Site, whole_site
from process.fault_run.verdict import complaints
from process.fault_run.visitors import CALM, Visit, visit
from process.harness.calls import Api, caller
from process.harness.processes import CHECKOUT, StartServer
from process.harness.scripts import ProviderLog, now
from process.harness.waiting import until_true

pytestmark = pytest.mark.postgres

PEOPLE = 10
EXIT_SECONDS = 30.0
RESTART = """#!/bin/bash
# What `systemctl restart chat@` is to a machine: asks the test, and waits.
mkfifo "$0.$1.done"
touch "$0.$1.wanted"
cat "$0.$1.done" >/dev/null
"""


def _restart_what_is_wanted(site: Site, script: Path) -> None:
    """In place of systemd: a server that was asked to end is started again when it has."""
    for server in site.servers:
        wanted = Path(f"{script}.{server.port}.wanted")
        until_true(wanted.exists, 90, f"the restart of {server.port}")
        server.ask_to_end()
        assert server.exit_code(EXIT_SECONDS) == 0
        server.launch()
        Path(f"{script}.{server.port}.done").write_text("done")


async def _people(api: Api, chance: random.Random, ended: asyncio.Event) -> list[Visit]:
    seen = []
    while not ended.is_set():
        seen.append(await visit(api, chance, CALM))
    return seen


async def test_a_rolling_restart_cuts_nobody_off(
    http: aiohttp.ClientSession, log: ProviderLog, start_server: StartServer, tmp_path: Path
) -> None:
    with whole_site(start_server, tmp_path, ["serve"] * 3, CHAT_DRAIN_SECONDS="20") as site:
        script = tmp_path / "restart"
        script.write_text(RESTART)
        script.chmod(0o755)
        api = caller(http, site.url, site.people["alice"])
        ended = asyncio.Event()
        crowd = [asyncio.create_task(_people(api, random.Random(seed), ended)) for seed in range(PEOPLE)]
        began = now()
        command = await asyncio.create_subprocess_exec(
            str(CHECKOUT / "deploy" / "rolling-restart.sh"),
            *(str(server.port) for server in site.servers),
            env=os.environ | {"RESTART": f"{script} "},
        )
        restarting = asyncio.create_task(asyncio.to_thread(_restart_what_is_wanted, site, script))
        code = await command.wait()
        await restarting
        print(f"\nrestarted in {now() - began:.0f} s")
        ended.set()
        visits = [each for seen in await asyncio.gather(*crowd) for each in seen]
        assert code == 0
        entries = await log.entries()
        calm = Faults(site, random.Random(1))
        wrong = []
        for each in visits:
            message = await api.message(each.reply)
            wrong += complaints(each, message, log.among(entries, each.content), calm)
        print(f"{len(visits)} replies, {sum(each.comebacks for each in visits)} comebacks")
        assert not wrong, "\n".join(wrong[:10])
