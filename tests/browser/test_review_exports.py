"""Exports in a browser: a file comes, its progress is seen, and a press of Cancel ends it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage
from browser.cut_line import CutLine
from browser.fixtures import NewContext
from browser.review_site import CONVERSATIONS, SIDEWAYS, as_dave, picture
from browser.test_review_figures import LOOKS
from playwright.sync_api import Page, expect
from process.harness.processes import Server

PAGE = "/admin/review/exports/"


def take_out(page: Page, form: str, *, pseudonyms: bool = False) -> Any:
    page.get_by_label(form).check()
    page.get_by_label("Pseudonyms").set_checked(pseudonyms)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Take out").click()
    return coming.value


def test_a_file_comes_whole_and_says_so_on_the_page(
    review_site: Server, new_page: Any, tmp_path: Path
) -> None:
    page = as_dave(new_page(review_site.url)).open(f"{PAGE}?user=alice").page
    chosen = int((page.locator(".export-chosen strong").text_content() or "").replace(",", ""))
    assert 0 < chosen < CONVERSATIONS
    download = take_out(page, "CSV", pseudonyms=True)
    assert download.suggested_filename.endswith(".csv")
    download.save_as(tmp_path / "file.csv")
    text = (tmp_path / "file.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 4 * chosen
    assert {row["user"][:5] for row in rows} == {"user-"}
    assert "alice" not in text
    row = page.locator(".export").first
    expect(row).to_have_attribute("data-state", "whole", timeout=20_000)
    expect(row).to_contain_text(f"{chosen:,} of {chosen:,} conversations · complete")


def test_progress_is_seen_and_a_cancel_ends_it_soon(
    review_site: Server, new_page: Any, tmp_path: Path
) -> None:
    with CutLine(review_site.port) as line:
        line.slow(
            "/admin/review/download/", 500_000
        )  # a fast machine is ready before anybody could press Cancel
        page = as_dave(new_page(line.url)).open(PAGE).page
        download = take_out(page, "JSONL: one conversation")
        _cancel(page)
        download.save_as(tmp_path / "file.jsonl")
    lines = (tmp_path / "file.jsonl").read_text().splitlines()
    assert 0 < len(lines) <= CONVERSATIONS
    last = json.loads(lines[-1])
    assert last["error"] == "not whole"
    assert last["message"].endswith("then it was cancelled.")


def _cancel(page: Page) -> None:
    running = page.locator('.export[data-state="running"]').first
    expect(running.get_by_role("progressbar")).to_be_visible(timeout=20_000)
    picture(page, "exports-running")
    running.get_by_role("button", name="Cancel").click()
    expect(page.locator(".export").first).to_have_attribute("data-state", "cancelled", timeout=20_000)


@pytest.mark.parametrize("look", LOOKS)
def test_everybody_can_use_the_page(review_site: Server, new_context: NewContext, look: str) -> None:
    signing_in = new_context(locale="en")
    as_dave(ChatPage(signing_in.new_page(), review_site.url))
    page = new_context(**LOOKS[look], storage_state=signing_in.storage_state()).new_page()
    page.goto(review_site.url + PAGE)
    expect(page.locator("#take")).to_be_visible()
    picture(page, f"exports-{look}")
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) == []
