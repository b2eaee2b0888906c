"""How fast the server is beside others: `make bench`, or `python benchmarks/bench.py [options]`.

Starts the server in its forms (Daphne and uvicorn; SQLite, and PostgreSQL where `BENCH_POSTGRES` is the
address of a server on which databases may be made), a bare ASGI relay and a Node relay (Express and the
`openai` package), and a model that stamps each token with its time. Servers are on one core, the model and
the load on another. In each round each scenario is run on each of them, one after the other, so that they
meet the same machine; what is quoted are ratios, round by round, with their spread.

    --rounds N      default 5
    --only A,B      these scenarios (their names are in benchmarks/relay/scenarios.py)
    --quick         two rounds of what a token and a request cost, against the ratios that
                    benchmarks/ratios.json allows; exits with 1 where one is worse
    --write         put table and chart into docs/performance.md and docs/performance.svg
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.relay.scenarios import SCENARIOS
from benchmarks.relay.servers import NODE, Server, all_servers
from benchmarks.relay.table import Row, in_markdown, in_svg

QUICK: Final = ("paced-40", "fast", "one-token")
ALLOWED: Final = ROOT / "benchmarks" / "ratios.json"
PAGE, CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> None:
    options = _options()
    names = options.only.split(",") if options.only else (QUICK if options.quick else list(SCENARIOS))
    rounds = 2 if options.quick else options.rounds
    with all_servers(os.environ.get("BENCH_POSTGRES")) as servers:
        rows = asyncio.run(_measure(servers, names, rounds))
    shown = [server.name for server in servers]
    table = in_markdown(rows, shown, NODE)
    print(table)
    if options.write:
        _write(table, in_svg(rows, shown[1:], NODE), rounds)
    if options.quick:
        sys.exit(_worse(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


async def _measure(servers: list[Server], names: list[str] | tuple[str, ...], rounds: int) -> list[Row]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(-1, rounds):  # the first warms all of them up
        for name in names:
            scenario = SCENARIOS[name]
            for server in servers if turn % 2 else reversed(servers):
                if scenario.only_ours and not server.is_ours:
                    continue
                figures = await scenario.run(server)
                for figure, value in figures.items() if turn >= 0 else ():
                    found[figure][server.name].append(value)
                    print(
                        f"round {turn + 1}: {server.name}: {figure}: {value:.3f}", file=sys.stderr, flush=True
                    )
    return [Row(figure, of) for figure, of in found.items()]


def _write(table: str, chart: str, rounds: int) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    machine = f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    text = f"{BEGIN}\nRounds: {rounds}; {machine}.\n\n{table}{END}"
    PAGE.write_text(before + text + rest.partition(END)[2])
    CHART.write_text(chart)


def _worse(rows: list[Row]) -> int:
    """1 where a ratio to the Node relay is above what is allowed; the smallest of the rounds counts."""
    allowed: dict[str, dict[str, float]] = json.loads(ALLOWED.read_text())
    result = 0
    for row in rows:
        for server, most in allowed.get(row.figure, {}).items():
            ratio = row.ratio(server, NODE)
            if ratio is not None and ratio[0] > most:
                print(f"worse: {row.figure}, {server}: {ratio[0]:.2f} times the {NODE}, allowed {most:.2f}")
                result = 1
    return result


if __name__ == "__main__":
    main()
