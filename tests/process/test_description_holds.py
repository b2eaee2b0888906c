"""The OpenAPI description against a real server: schemathesis makes calls of it and holds each answer to it.

By hand, with more of everything: the same configuration and `st run URL/api/v1/openapi.json -n 200`.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from process.harness.processes import Server, StartServer, manage

from chat.api.description import document
from chat.scopes import SCOPES

pytestmark = pytest.mark.process

EXAMPLES = 6
"""Calls made up for each operation, beside those of the examples and of the edges of each field."""
SEED = 20261127
SECONDS = 240.0
"""A minute on an idle machine."""
RUN = "from schemathesis.cli import schemathesis; schemathesis()"
CONFIGURATION = """
base-url = "{url}"
headers = {{ Authorization = "Bearer ${{KEY}}" }}
seed = {seed}
request-timeout = 30

[generation]
allow-x00 = false  # refused everywhere, which JSON Schema has no short way to say

# What is a text for a schema may still be no position, cursor or model of this server.
[checks.positive_data_acceptance]
enabled = false

# They last as long as one likes: tests/process/test_live_connection.py, tests/api/test_probe.py.
[[operations]]
include-path = "/api/v1/live"
enabled = false
[[operations]]
include-path = "/api/v1/probe"
enabled = false
"""

NOT_HERE = CONFIGURATION.count("enabled = false") - 1
"""Calls that last as long as one likes."""


@pytest.fixture(scope="module")
def server(start_module_server: StartServer) -> Server:
    """With limits, so that their headers are there; the quick provider under the name that examples use."""
    return start_module_server(CHAT_MODELS="demo", CHAT_MAX_STREAMS_PER_USER="1000")


def test_every_answer_is_as_described(server: Server, tmp_path: Path) -> None:
    """Of Dave, who may do everything, the desk included."""
    if find_spec("schemathesis") is None:
        pytest.skip("the checks' own (make check)")
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    key = manage(server.settings, "create_api_key", "dave", *scopes)
    (tmp_path / "st.toml").write_text(CONFIGURATION.format(url=server.url, seed=SEED))
    done = subprocess.run(
        [
            *(sys.executable, "-c", RUN, "--config-file", "st.toml"),
            *("run", f"{server.url}/api/v1/openapi.json", "--no-color", "--continue-on-failure"),
            *("--max-examples", str(EXAMPLES)),
        ],
        cwd=tmp_path,
        env=os.environ | {"KEY": key},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    described = [verb for path in document()["paths"].values() for verb in path]
    assert f"Tested: {len(described) - NOT_HERE}" in done.stdout, done.stdout[-2000:]
