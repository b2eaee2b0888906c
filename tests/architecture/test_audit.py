"""What `make audit` makes of the answers: a flaw is told, and what was not audited is never called clean."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"


def load() -> Any:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit = load()
GOOD: dict[str, Any] = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found"}


def of(*packages: dict[str, Any]) -> tuple[list[str], list[str]]:
    answer: tuple[list[str], list[str]] = audit.of_python("list", json.dumps({"dependencies": packages}))
    return answer


def test_a_flaw_is_told_with_what_mends_it() -> None:
    assert of(GOOD, BAD) == (["bad 2: PYSEC-1, mended in 2.1"], ["list: 2 of 2 packages audited"])


def test_what_could_not_be_asked_is_never_called_audited() -> None:
    bad, [told] = of(UNKNOWN, UNKNOWN)
    assert not bad
    assert told.startswith("== NOT AUDITED")
    _, [some, rest] = of(GOOD, UNKNOWN)
    assert some == "list: 1 of 2 packages audited"
    assert rest.endswith("unknown")


def test_no_answer_at_all_is_told() -> None:
    for answer in ("", "Traceback", '{"message": "405 Method Not Allowed"}'):
        for bad, told in (audit.of_python("list", answer), audit.of_npm(answer)):
            assert not bad
            assert told[0].startswith("== NOT AUDITED")


def test_npms_flaws_are_told() -> None:
    answer = json.dumps({"vulnerabilities": {"lodash": {"severity": "high"}}})
    assert audit.of_npm(answer) == (["npm lodash: high"], ["npm: audited"])
    assert audit.of_npm('{"vulnerabilities": {}}') == ([], ["npm: audited"])


def test_a_network_that_swallows_everything_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PATIENCE", 0.1)
    said = audit._said([sys.executable, "-c", "import time; print('late'); time.sleep(60)"], Path())
    assert not audit.of_python("list", said)[0]
    assert audit.of_python("list", said)[1][0].startswith("== NOT AUDITED")
