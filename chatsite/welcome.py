"""What a server says when it starts: where it is, and what to do next. Pure text."""

import socket
from dataclasses import dataclass

from chatsite.hosts import is_loopback, names_of_this_machine


@dataclass(frozen=True, slots=True)
class Started:
    host: str
    port: int
    public_url: str = ""
    setup_code: str | None = None
    """Given where there is no account yet and the page of the first one asks for it."""
    has_users: bool = True
    demo: bool = False
    """Only the built-in demo model answers."""


def welcome(started: Started) -> str:
    first, *others = [started.public_url] if started.public_url else addresses(started.host, started.port)
    lines = ["", f"  Holdfast is running on {first}"]
    lines += [f"                         {address}" for address in others]
    if started.public_url:
        lines.append(f"                         (listening on {started.host}:{started.port})")
    lines.append("")
    if not started.has_users:
        lines.append("  Next: open it and make the first account, which is the administrator.")
        if started.setup_code:
            lines.append(f"        The page asks for this one-time code: {started.setup_code}")
    if started.demo:
        lines += [
            "  A built-in demo model answers. For a real one, put a line into .env and start again:",
            "        OPENAI_API_KEY=sk-…                          OpenAI",
            "        OPENAI_BASE_URL=http://127.0.0.1:11434/v1    Ollama, vLLM and whatever speaks the same",
        ]
    lines += ["  Ctrl-C stops the server; replies that run are saved.", ""]
    return "\n".join(lines)


def addresses(host: str, port: int) -> list[str]:
    """Where a server that listens to `host` is found: from this machine first, then from its network."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 (a comparison)
        return [f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"]
    hosts = ["127.0.0.1", _own_address(), names_of_this_machine()[-1]]
    return [f"http://{name}:{port}" for name in hosts if name]


def _own_address() -> str | None:
    """The address that this machine has in its network. Sends nothing: it only asks for the route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
            found: str = asking.getsockname()[0]
        except OSError:
            return None
    return None if is_loopback(found) else found
