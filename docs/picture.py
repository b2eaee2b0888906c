"""Makes `docs/picture.png`: `python docs/picture.py`, with what tests/browser needs.

A real server whose conversations were written beforehand, as a reader sees it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.chat_page import ChatPage
from browser.fixtures import CHROMIUM, MAKE_ALICE, sign_in
from PIL import Image
from playwright.sync_api import sync_playwright
from process.harness.people import PASSWORD
from process.harness.processes import Server, environment, manage

REPLY: Final = r'''## How a name becomes an address

When you open `example.org`, your computer asks a **resolver**. It walks down the tree of names, from the
root to the server that knows the answer, and remembers it for a time \(t\):

$$\text{hit rate} = 1 - \frac{1}{1 + \lambda t}$$

| Type | Holds | Example |
|:--|:--|--:|
| `A` | an IPv4 address | 192.0.2.1 |
| `AAAA` | an IPv6 address | 2001:db8::1 |
| `TXT` | any text | "v=spf1 -all" |

```python
import socket

def addresses(name: str) -> set[str]:
    """Every address that the resolver knows for this name."""
    return {info[4][0] for info in socket.getaddrinfo(name, 443)}
```
'''
OTHERS: Final = (
    (0, "Sourdough that does not rise"),
    (1, "三天的山间徒步计划"),
    (1, "A letter to the landlord about the heating"),
    (4, "Why is the sky blue?"),
    (5, "Rust lifetimes, gently"),
    (40, "Walking in the Dolomites"),
)
"""Days ago, and the title."""
WRITE: Final = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from chat.models import Completion, Conversation, Message

alice, now = User.objects.get(username="alice"), timezone.now()
for days, title in {others!r}:
    when = now - timedelta(days=days, minutes=5)
    Conversation.objects.create(owner=alice, title=title, created=when, updated=when)
Conversation.objects.create(owner=alice, title="Names for a grey cat", pinned=True, updated=now)
asked = Conversation.objects.create(owner=alice, title="DNS and its record types", updated=now)
question = Message.objects.create(conversation=asked, role="user",
    content="Explain how DNS works, with a table of the record types and a code example")
reply = Message.objects.create(conversation=asked, role="assistant", parent=question, content={reply!r},
    reasoning="They want the way of a query, then the types.", model="demo", status="complete")
started = now - timedelta(seconds=12)
reply.completion = Completion.objects.create(message=reply, number=1, model="demo", status="complete",
    finish_reason="stop", usage={{"prompt_tokens": 24, "completion_tokens": 412}}, started=started,
    first_token=started + timedelta(seconds=0.4), first_text=started + timedelta(seconds=3.4), ended=now)
reply.save()
asked.active = reply
asked.save()
print(asked.id)
"""


def main() -> None:
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        directory = Path(name)
        settings = environment(DATABASE_URL=f"sqlite:///{directory / 'chat.sqlite3'}", OPENAI_API_KEY="")
        server = Server(directory, settings)
        manage(server.settings, "migrate", "-v", "0")
        manage(server.settings, "shell", "-v", "0", "-c", MAKE_ALICE % PASSWORD)
        write = WRITE.format(others=OTHERS, reply=REPLY)
        conversation = manage(server.settings, "shell", "-v", "0", "-c", write)
        server.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            sign_in(ChatPage(page, server.url)).open(f"/c/{conversation}/").ready()
            page.locator("#scroll").evaluate("(place) => place.scrollTo(0, 0)")
            page.wait_for_timeout(2000)  # fonts, the list of models, what fades in
            picture = ROOT / "docs" / "picture.png"
            page.screenshot(path=picture)
            Image.open(picture).convert("RGB").quantize(256).save(picture, optimize=True)
        finally:
            browser.close()
            server.close()


if __name__ == "__main__":
    main()
