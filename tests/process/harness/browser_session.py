"""A signed-in browser without a screen: its session cookie and CSRF token, from the login page."""

import re
from http.cookies import SimpleCookie

from process.harness.calls import Answer, Api
from process.harness.people import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class BrowserSession:
    """Cookies as a browser keeps them, and the token that its pages send."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._cookies: dict[str, str] = {}
        self.token = ""

    async def sign_in(self, name: str) -> None:
        page = await self._load("GET", "/accounts/login/")
        form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": self._token_in(page)}
        answer = await self._load("POST", "/accounts/login/", data=form)
        assert answer.status == 302, f"{answer.status} {answer.body[:300]!r}"
        self.token = self._token_in(await self._load("GET", "/"))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    @property
    def reading(self) -> Api:
        """Calls with the cookies alone."""
        return self._api.sending(Cookie=self.cookie)

    @property
    def writing(self) -> Api:
        """Calls with the CSRF token too."""
        return self._api.sending(Cookie=self.cookie, X_CSRFToken=self.token, Origin=self._api.url)

    async def _load(self, method: str, path: str, data: dict[str, str] | None = None) -> Answer:
        headers = {"Cookie": self.cookie, "Origin": self._api.url, "Referer": f"{self._api.url}{path}"}
        answer = await self._api.call(method, path, data=data, headers=headers)
        for line in answer.set_cookies:
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        return answer

    def _token_in(self, page: Answer) -> str:
        """From the form, else from the cookie: both are places that pages take it from."""
        found = TOKEN.search(page.body.decode())
        return found[1] if found else self._cookies["csrftoken"]
