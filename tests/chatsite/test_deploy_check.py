"""Django's own check has nothing to say about the settings that docs/deploy.md recommends."""

import os
import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_documented_production_settings_pass_the_deploy_check(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "deploy.md").read_text()
    documented = dict(re.findall(r"^([A-Z_]+)=(\S+)$", page, re.MULTILINE))
    assert {"CHAT_PUBLIC_URL", "CHAT_TRUSTED_PROXIES", "DJANGO_HTTPS"} <= set(documented)
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_ENV_FILE": "",
        "DATABASE_URL": f"sqlite:///{tmp_path}/chat.sqlite3",
        **documented,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout or "no issues (2 silenced)" in done.stdout, done.stdout
