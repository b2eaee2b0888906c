"""Known vulnerabilities of what is installed: `make audit`. Fails where there are any.

Asks the Python Package Index and npm's registry for advisories on the exact versions in requirements*.txt,
and on what the tests have from npm where that is installed. Where none can be reached it says so, and does
not fail: that is no proof of anything.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
NPM = CHECKOUT / "var" / "npm"
NOT_AUDITED = "== NOT AUDITED"
PATIENCE = 120.0
"""Seconds; an audit takes ten."""


def of_python(name: str, answer: str) -> tuple[list[str], list[str]]:
    """What pip-audit's JSON says of a list: what is vulnerable, and what there is to tell besides."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return [], [f"{NOT_AUDITED}: {name}: the advisories cannot be reached from here"]
    bad = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    asked = len(packages) - len(skipped)
    told = [f"{name}: {asked} of {len(packages)} packages audited"] if asked else []
    if skipped:
        whose = "all" if not asked else ", ".join(skipped)
        told.append(f"{NOT_AUDITED}: {name}: no advisories can be reached from here for: {whose}")
    return bad, told


def of_npm(answer: str) -> tuple[list[str], list[str]]:
    """The same of `npm audit --json`."""
    try:
        found: dict[str, Any] = json.loads(answer)["vulnerabilities"]
    except (ValueError, KeyError):
        return [], [f"{NOT_AUDITED}: npm: the advisories cannot be reached from here"]
    return [f"npm {name}: {one['severity']}" for name, one in found.items()], ["npm: audited"]


def ask_python(name: str) -> str:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--format=json", f"-r{name}"]
    return _said(command, CHECKOUT)


def ask_npm() -> str:
    """Of what stands in var/npm, for the tests alone. It was installed without a lock: one is made here."""
    listed = _npm(NPM, "ls", "--json", "--depth=0")
    if not listed:
        return ""
    wanted = {name: one["version"] for name, one in json.loads(listed)["dependencies"].items()}
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        (where / "package.json").write_text(
            json.dumps({"name": "tests", "version": "0.0.0", "dependencies": wanted})
        )
        _npm(where, "install", "--package-lock-only", "--no-audit", "--ignore-scripts")
        return _npm(where, "audit", "--json")


def _npm(folder: Path, *words: str) -> str:
    return _said(["npm", *words], folder)


def _said(command: list[str], folder: Path) -> str:
    """What it prints; nothing where it comes to no end, as with a network that swallows everything."""
    try:
        return subprocess.run(  # noqa: S603 (words of ours)
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        ).stdout
    except subprocess.TimeoutExpired:
        return ""


def main() -> None:
    results = [of_python(name, ask_python(name)) for name in ("requirements.txt", "requirements-dev.txt")]
    if (NPM / "node_modules").is_dir():
        results.append(of_npm(ask_npm()))
    for _, told in results:
        print(*told, sep="\n")
    bad = [line for lines, _ in results for line in lines]
    if bad:
        print("== vulnerable", *bad, sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
