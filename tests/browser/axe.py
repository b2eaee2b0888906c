"""axe-core at work on a page: the rules of WCAG 2.2 AA, and what breaks them in words."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

CHECKOUT = Path(__file__).resolve().parents[2]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async ([tags, within]) => {
  const runOnly = {type: "tag", values: tags};
  const {violations} = await axe.run(within ?? document, {runOnly, resultTypes: ["violations"]});
  const places = (nodes) => nodes.map(({html, failureSummary}) => ({html, failureSummary}));
  return violations.map(({id, help, nodes}) => ({id, help, nodes: places(nodes)}));
}
"""

SETTLED = """
Promise.allSettled(document.getAnimations()
  .filter(({effect}) => effect.getComputedTiming().endTime < Infinity)
  .map(({finished}) => finished))
"""


@cache
def axe_source() -> str:
    """The script, which `.ci/run` gets from npm; TEST_AXE names another place."""
    default = CHECKOUT / "var" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
    path = Path(os.environ.get("TEST_AXE", default))
    assert path.is_file(), (
        f"axe-core is not at {path}: npm install --no-save --no-package-lock --prefix var/npm axe-core@4"
    )
    return path.read_text()


def violations(page: Page, within: str | None = None) -> list[str]:
    """What breaks a rule, a line each; an empty list is a page that everybody can use."""
    page.evaluate(axe_source())
    # A fade that is under way has the contrast of neither end. (What breathes while a reply runs has none.)
    page.evaluate(SETTLED)
    found: list[dict[str, Any]] = page.evaluate(RUN, [TAGS, within])
    return [
        f"{each['id']}: {each['help']}\n  {node['html'][:200]}\n  {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
