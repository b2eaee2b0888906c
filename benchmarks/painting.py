"""How smooth a reply of 100,000 characters is on the page: `python benchmarks/painting.py [times]`.

Each case is streamed from a scripted provider through a real server into headless Chromium, at about 8,000
characters a second: many times what a model writes. Two of them come once more, shorter, at a pace that fast
models have: 200 tokens of 4 characters a second. A task of over 50 ms on the page's main thread is what a
reader feels; the browser counts them. `busy` is the share of the time that this thread worked, `frames` are
those in which text was painted. Needs Playwright, as tests/browser does, and an idle machine.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

from blocks import SAMPLE
from browser.chat_page import ChatPage, script
from browser.fixtures import CHROMIUM, MAKE_ALICE, sign_in
from playwright.sync_api import Browser, CDPSession, sync_playwright
from process.harness.people import PASSWORD
from process.harness.processes import Provider, Server, environment, manage

LENGTH: Final = 100_000
PIECE: Final = 20
DELAY: Final = 0.002
PACED: Final[dict[str, Any]] = {"length": 24_000, "piece": 4, "delay": 0.005}
PACED_CASES: Final = ("many blocks", "one paragraph")
CODE_LINE: Final = "    total = total + double(number)  # one line of many\n"
WORDS: Final = "One paragraph of *many* words, `code` and 汉字, which never ends. "
CASES: Final[dict[str, dict[str, Any]]] = {
    "many blocks": {"text": SAMPLE},
    "one code block": {"text": CODE_LINE, "before": "```python\n"},
    "one paragraph": {"text": WORDS},
    "one list": {"text": "- an item with *some* words, and `code`\n"},
    "one table": {"text": "| some | words | 2048 |\n", "before": "| a | b | c |\n|---|---|--:|\n"},
    "reasoning": {"text": "Yes.", "reasoning": WORDS, "reasoning_repeat": LENGTH // len(WORDS)},
}
WATCH: Final = """
window.watched = { long: [], frames: 0 };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.watched.long.push(duration);
}).observe({ type: "longtask" });
addEventListener("painted", () => { window.watched.frames += 1; }, true);
"""


def measure(
    browser: Browser,
    url: str,
    case: dict[str, Any],
    *,
    length: int = LENGTH,
    piece: int = PIECE,
    delay: float = DELAY,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser counted while the reply came, and while its page was loaded anew."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(180_000)
    context.add_init_script(WATCH)
    chat = sign_in(ChatPage(context.new_page(), url))
    inside = context.new_cdp_session(chat.page)
    # The thread's own time, whoever else has the processor.
    inside.send("Performance.enable", {"timeDomain": "threadTicks"})
    repeat = 1 if "reasoning" in case else length // len(case["text"])
    tokens = 1 if "reasoning" in case else length // piece
    delay = delay * 8 / piece if "reasoning" in case else delay
    began, worked = time.monotonic(), seconds_of_work(inside)
    chat.ask(script(**case, repeat=repeat, tokens=tokens, delay=delay))
    chat.page.wait_for_selector('.message.assistant[data-status="complete"]')
    chat.page.wait_for_timeout(500)
    share = (seconds_of_work(inside) - worked) / (time.monotonic() - began)
    streamed: dict[str, Any] = {**chat.page.evaluate("watched"), "share": share}
    chat.page.reload()
    chat.page.wait_for_timeout(1500)
    loaded: dict[str, Any] = chat.page.evaluate("watched")
    context.close()
    return streamed, loaded


def seconds_of_work(inside: CDPSession) -> float:
    """Of the page's main thread, until now."""
    metrics = inside.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def told(counted: dict[str, Any]) -> str:
    long = [round(duration) for duration in counted["long"]]
    return f"{len(long):4d} long tasks, {max(long, default=0):4d} ms the longest, {sum(long):5d} ms together"


def show(name: str, streamed: dict[str, Any], loaded: dict[str, Any]) -> None:
    print(
        f"{name:>20}: {told(streamed)}, {streamed['frames']:5d} frames, {streamed['share']:4.0%} busy",
        flush=True,
    )
    print(f"{'loaded anew':>20}: {told(loaded)}", flush=True)


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        directory = Path(name)
        (directory / "provider").mkdir()
        provider = Provider(directory / "provider")
        provider.start()
        database = f"sqlite:///{directory / 'chat.sqlite3'}"
        server = Server(directory, environment(DATABASE_URL=database, OPENAI_BASE_URL=f"{provider.url}/v1"))
        manage(server.settings, "migrate", "-v", "0")
        manage(server.settings, "shell", "-v", "0", "-c", MAKE_ALICE % PASSWORD)
        server.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for _ in range(times):
                for name, case in CASES.items():
                    show(name, *measure(browser, server.url, case))
                for name in PACED_CASES:
                    show(f"{name}, paced", *measure(browser, server.url, CASES[name], **PACED))
        finally:
            browser.close()
            server.close()
            provider.close()


if __name__ == "__main__":
    main()
