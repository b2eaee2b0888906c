"""Programs that a reader of the documentation would write, run as they stand."""

import asyncio
import os
import sys
from pathlib import Path

from process.harness.processes import Server

RUNNERS = {".mjs": "node", ".py": sys.executable, ".sh": "sh"}


async def printed(program: Path, server: Server, key: str, content: str) -> str:
    """What it prints; it must end well."""
    environment = os.environ | {
        "CHAT_URL": server.url,
        "CHAT_KEY": key,
        "CHAT_MODEL": "scripted",
        "PYTHONIOENCODING": "utf-8",
    }
    process = await asyncio.create_subprocess_exec(
        RUNNERS[program.suffix],
        str(program),
        content,
        cwd=program.parent,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return out.decode()
