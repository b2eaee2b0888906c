"""Importing in a browser: a zip file as ChatGPT gives it, with progress, once only, cancelled midway."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from browser.chat_page import ChatPage
from browser.fixtures import NewPage, StartSite, sign_in
from fakes.chatgpt_export import NOON, simple
from playwright.sync_api import Page, Route, expect
from process.harness.processes import Server


@pytest.fixture(scope="module")
def quiet_site(start_site: StartSite) -> Server:
    """A server of its own: what is imported is in nobody's way."""
    return start_site()


@pytest.fixture
def page(quiet_site: Server, new_page: NewPage) -> Page:
    chat: ChatPage = sign_in(new_page(quiet_site.url))
    return chat.open("/import/").page


def export(folder: Path, *files: tuple[str, Any]) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("user.json", json.dumps({"id": "user-1"}))
        archive.writestr("chat.html", "<html></html>", compress_type=zipfile.ZIP_STORED)
        for name, value in files:
            archive.writestr(name, json.dumps(value, indent=1))
    return path


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Choose a file").set_input_files(paths)


def result(page: Page) -> Any:
    return page.locator("[data-part=result]")


def test_an_export_is_imported_once_whatever_is_wrong_in_it(page: Page, tmp_path: Path) -> None:
    conversations = [simple(number) for number in range(300)]
    conversations[150]["mapping"] = {}
    odd = {
        **conversations[7],
        "update_time": NOON + 1e6,
        "title": 'Odd "quotes", \\ back, {braces} ] 汉字 😀',
    }
    conversations[7] = odd
    path = export(
        tmp_path,
        ("conversations-000.json", conversations[:200]),
        ("conversations-001.json", conversations[200:]),
    )
    choose(page, path)
    expect(result(page)).to_have_text("Imported: 299. Could not be read: 1.", timeout=60_000)
    expect(page.locator("[data-part=failures] li")).to_have_text("Number 150 There is no message in it.")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "300")
    expect(page.locator("[data-part=numbers]")).to_contain_text("300 of 300")
    expect(page.locator(".conversation-title").first).to_have_text(odd["title"])
    choose(page, path)
    expect(result(page)).to_have_text("Imported: 0. Here already: 299. Could not be read: 1.", timeout=60_000)


def test_a_cancelled_import_keeps_what_came_and_goes_on_later(page: Page, tmp_path: Path) -> None:
    path = export(tmp_path, ("conversations.json", [simple(number) for number in range(1000, 1060)]))
    sent: list[Route] = []

    def hold_the_third(route: Route) -> None:
        sent.append(route)
        if len(sent) < 3:
            route.continue_()

    page.route("**/import/", hold_the_third)
    choose(page, path)
    expect(page.locator("[data-part=numbers]")).to_contain_text("20 of 60")
    page.get_by_role("button", name="Cancel").click()
    expect(result(page)).to_contain_text("You cancelled the import. What was imported stays. Imported: 20.")
    page.unroute("**/import/")
    choose(page, path)
    expect(result(page)).to_have_text("Imported: 40. Here already: 20.", timeout=30_000)


def test_a_lost_connection_doubles_and_loses_nothing(page: Page, tmp_path: Path) -> None:
    path = export(tmp_path, ("conversations.json", [simple(number) for number in range(2000, 2015)]))
    tries: list[Route] = []

    def lose_the_answer(route: Route) -> None:
        tries.append(route)
        if len(tries) > 1:
            route.continue_()
            return
        route.fetch()  # the server has it, and its answer is lost
        route.abort()

    page.route("**/import/", lose_the_answer)
    choose(page, path)
    expect(page.get_by_role("alert").filter(has_text="does not answer")).to_be_visible()
    expect(result(page)).to_have_text("Imported: 5. Here already: 10.", timeout=30_000)


def test_a_plain_json_file_and_a_wrong_one(page: Page, tmp_path: Path) -> None:
    plain = tmp_path / "conversations.json"
    plain.write_text(json.dumps([simple(3000)]))
    choose(page, plain)
    expect(result(page)).to_have_text("Imported: 1.")
    wrong = tmp_path / "notes.json"
    wrong.write_text('[{"a": 1}')
    choose(page, wrong)
    expect(result(page)).to_have_text("This file is not JSON, or it is cut off.")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    choose(page, tmp_path / "broken.zip")
    expect(result(page)).to_contain_text("This zip file cannot be read")


def test_a_file_is_dropped_on_the_page(page: Page) -> None:
    text = json.dumps([simple(4000)])
    data = page.evaluate_handle(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "conversations.json"));
          return data;
        }""",
        text,
    )
    page.dispatch_event("#import-place", "drop", {"dataTransfer": data})
    expect(result(page)).to_have_text("Imported: 1.")


def test_all_data_of_this_site_comes_back(page: Page, tmp_path: Path) -> None:
    page.goto(page.url.replace("/import/", "/settings/data/"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Export all my data").click()
    path = tmp_path / "data.zip"
    download.value.save_as(path)
    page.goto(page.url.replace("/settings/data/", "/import/"))
    choose(page, path)
    expect(result(page)).to_contain_text("Imported: 0. Here already: ", timeout=60_000)
    expect(result(page)).not_to_contain_text("Could not be read")
