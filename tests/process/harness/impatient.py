"""A server like any, but that its minute for a body is two seconds: `impatient.py SERVER PORT`."""

import sys
from pathlib import Path

MINUTE = 2.0


def main(server: str, port: str) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from chatsite import body_pace, uvicorn_requests

    body_pace.IDLE_SECONDS = MINUTE
    vars(uvicorn_requests)["HEAD_SECONDS"] = MINUTE
    if server == "daphne":
        from daphne.cli import CommandLineInterface

        CommandLineInterface().run(["-b", "127.0.0.1", "-p", port, "chatsite.asgi:application"])
    else:
        import uvicorn

        uvicorn.run("chatsite.asgi:application", host="127.0.0.1", port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
