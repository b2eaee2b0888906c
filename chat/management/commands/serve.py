"""`manage.py serve`: the server in this very process, on HOST and PORT, under Daphne."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connections

from chatsite import schema, server_lock, setup_code
from chatsite.welcome import Started, welcome

PING_SECONDS = 10
"""A WebSocket whose client vanished is closed after this and PONG_SECONDS of silence: within 30 s."""
PONG_SECONDS = 15


class Command(BaseCommand):
    help = "Serve HTTP and WebSocket on HOST:PORT. SIGTERM or Ctrl-C saves what runs, then ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")

    def handle(self, *args: Any, migrate: bool, **options: Any) -> None:
        # Before anything is changed: an older server may still be ending.
        try:
            server_lock.take()
        except server_lock.AnotherServer as error:
            raise CommandError(str(error)) from error
        try:
            if migrate:
                call_command("migrate", verbosity=0, interactive=False)
            _check(schema.state())
            text = welcome(self._started())
        except OperationalError as error:
            # PostgreSQL says which server did not answer, and never a password.
            raise CommandError(f"The database cannot be used: {error}") from error
        # The event loop runs in this thread from here on, and may not find connections in it.
        connections.close_all()
        serve(lambda: self.stdout.write(text))

    def _started(self) -> Started:
        has_users = User.objects.exists()
        if has_users:
            setup_code.forget()
        return Started(
            host=settings.HOST,
            port=settings.PORT,
            public_url=settings.CHAT_PUBLIC_URL,
            setup_code=setup_code.make_code() if setup_code.others_reach_us() and not has_users else None,
            has_users=has_users,
            demo=not (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL),
        )


def _check(state: schema.State) -> None:
    """The tables must be those of this version, or there is nothing to begin."""
    if state.refusal is not None:
        raise CommandError(state.refusal)
    if state.missing:
        raise CommandError(
            f"The database lacks {len(state.missing)} migrations. `manage.py migrate` brings it up to date, "
            "and so does `manage.py serve --migrate`; a backup first is wise (`manage.py chat_backup`)."
        )


def serve(when_ready: Any) -> None:
    """Run Daphne until a signal ends it. Exits with an error where the port is taken or a reply was lost."""
    # Daphne makes its event loop when it is imported, which no other command should do. libuv's, where it is
    # installed: 0.9 of what a token takes on asyncio's own (`python benchmarks/bench.py --only paced-40`).
    with suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    from daphne.access import AccessLogGenerator
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from chatsite.asgi import application

    server = Server(
        application=application,
        endpoints=build_endpoint_description_strings(host=settings.HOST, port=settings.PORT),
        action_logger=AccessLogGenerator(sys.stdout),
        ready_callable=when_ready,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        websocket_timeout=-1,
        server_name="",
    )
    # A terminal that went away ends the server like any other signal: in order.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    server.run()
    if server.abort_start:
        raise CommandError(
            f"Cannot listen on {settings.HOST}:{settings.PORT}. Set HOST or PORT to something else."
        )
