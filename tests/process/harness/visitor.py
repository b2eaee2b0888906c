"""Somebody with a browser without a screen, who follows where pages lead: forms, cookies, redirects."""

import re

import requests
from process.harness.people import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LOGIN = "/accounts/login/"


class Visitor:
    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.page = requests.Response()
        """What is shown now."""

    def open(self, path: str) -> "Visitor":
        # As a browser says it of a link on a page of ours.
        headers = {"Sec-Fetch-Site": "same-origin"}
        self.page = self.session.get(self.url + path, headers=headers, timeout=30)
        return self

    def send(self, path: str, **fields: str) -> "Visitor":
        """Fill in the form of the page that is shown."""
        token = TOKEN.search(self.text)
        form = fields | {"csrfmiddlewaretoken": token[1] if token else self.session.cookies["csrftoken"]}
        self.page = self.session.post(self.url + path, form, headers={"Origin": self.url}, timeout=30)
        return self

    def sign_in(self, username: str, password: str = PASSWORD) -> "Visitor":
        return self.open(LOGIN).send(LOGIN, username=username, password=password)

    @property
    def text(self) -> str:
        return self.page.text or ""

    @property
    def path(self) -> str:
        return str(self.page.url).removeprefix(self.url).partition("?")[0]

    @property
    def status(self) -> int:
        return self.page.status_code

    @property
    def user_id(self) -> int | None:
        """Who is signed in, by pages and by the API; None where nobody is."""
        api = self.session.get(f"{self.url}/api/v1/conversations", timeout=30)
        page = self.session.get(f"{self.url}/settings/", timeout=30, allow_redirects=False)
        assert (api.status_code, page.status_code) in {(200, 200), (401, 302)}
        found = re.search(r'data-user="(\d+)"', page.text or "")
        return int(found[1]) if found else None
