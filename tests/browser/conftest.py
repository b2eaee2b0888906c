"""Marks the tests of this folder, and takes in their fixtures where Playwright is installed.

Playwright is in no requirements: `make test` must not need it. Asked for by `-m browser`, a machine
without it runs no test, which pytest calls a failure.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("playwright") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    from browser.fixtures import (  # noqa: F401
        chat,
        chromium,
        complaints,
        context,
        line,
        new_context,
        new_page,
        playwright,
        provider,
        site,
        start_shared_site,
        start_site,
    )
    from browser.furnished import furnished  # noqa: F401
    from browser.review_site import review_site  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
