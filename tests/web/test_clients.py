"""Our own clients are served to everybody, at addresses that stay."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("chat_client.js", "text/javascript"),
        ("chat_client.d.ts", "text/plain"),
        ("chat_client.py", "text/plain"),
    ],
)
def test_a_page_of_any_origin_may_import_a_client_and_asks_for_it_once(
    client: Client, name: str, kind: str
) -> None:
    answer = client.get(f"/clients/{name}", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert b"ChatClient" in answer.content
    again = client.get(f"/clients/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "..%2F..%2Fmanage.py", "CHAT_CLIENT.JS"])
def test_nothing_else_is_there(client: Client, name: str) -> None:
    assert client.get(f"/clients/{name}").status_code == 404


def test_the_page_uses_the_module_that_is_given_away() -> None:
    modules = Path(settings.BASE_DIR) / "chat" / "static" / "chat" / "js"
    users = {path.name for path in modules.glob("*.js") if "client/chat_client.js" in path.read_text()}
    assert users == {"api.js", "asking.js", "live_hub.js", "live_sse.js", "outbox.js", "reply.js"}
    # Neither a parser nor a text of its own, and no other way to a stream.
    own = [path.name for path in modules.glob("*.js") if "class Transcript" in path.read_text()]
    assert own == []
