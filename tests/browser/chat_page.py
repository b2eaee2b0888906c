"""The page as a reader uses it: what they do, and what they see."""

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

WORDS = 60
"""Pieces of a reply that takes three seconds: long enough to act in the middle of it."""
ODD = "汉字 😀 👩‍👩‍👧‍👦 é e\u0301 ก็ "
"""What a count of the wrong units gets wrong; in every piece, so that a cut falls between them."""


def script(**fields: Any) -> str:
    """A question that tells the scripted provider how to answer."""
    return f"script: {json.dumps(fields, ensure_ascii=False)}"


def odd_words(count: int = WORDS) -> list[str]:
    return [f"{number}{ODD}" for number in range(count)]


class ChatPage:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str = "/") -> "ChatPage":
        self.page.goto(self.url + path)
        return self

    def ready(self) -> "ChatPage":
        """The scripts are at work: the list of models is the last thing that they do."""
        expect(self.page.get_by_label("Model")).to_be_visible(timeout=20_000)
        return self

    @property
    def box(self) -> Locator:
        return self.page.locator("#box")

    @property
    def reply(self) -> Locator:
        """The last reply."""
        return self.page.locator(".message.assistant").last

    @property
    def text(self) -> str:
        """What the reader sees of the last reply, in plain words."""
        return (self.reply.locator(".prose").text_content() or "").strip()

    def ask(self, question: str) -> None:
        self.box.fill(question)
        self.box.press("Enter")

    def sees(self, text: str) -> None:
        expect(self.reply.locator(".prose")).to_contain_text(text, timeout=20_000)

    def has(self, status: str) -> None:
        """The reply ended so, and the server's rendering is in its place."""
        expect(self.reply).to_have_attribute("data-status", status, timeout=20_000)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).last.click()

    def stop(self) -> None:
        self.press("Stop")
        self.has("stopped")

    def age_unsent(self) -> None:
        """What is not sent yet was asked a day ago."""
        self.page.evaluate(
            """() => {
              const name = Object.keys(localStorage).find((key) => key.startsWith("unsent:"));
              const asked = JSON.parse(localStorage.getItem(name));
              localStorage.setItem(name, JSON.stringify({ ...asked, made: asked.made - 24 * 3600 * 1000 }));
            }"""
        )

    @property
    def conversation(self) -> str:
        found = re.search(r"/c/([0-9a-f-]{36})/", self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def saved(self) -> dict[str, Any]:
        """The last reply as the server has it."""
        key = self.reply.get_attribute("data-id")
        answer = self.page.request.get(f"{self.url}/api/v1/messages/{key}")
        message: dict[str, Any] = answer.json()
        return message
