"""`manage.py make_review_data`: a large set of made-up conversations, to try the review desk."""

import argparse
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.management.sample_data.making import holds_real_conversations, make


class Command(BaseCommand):
    help = "Fill a database with made-up conversations, the same in each run. Not for one that people use."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--conversations", type=int, default=100_000)
        parser.add_argument("--messages", type=int, default=1_000_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--until", type=date.fromisoformat, help="The day after the last of them; default: today."
        )
        parser.add_argument("--force", action="store_true", help="Also beside conversations of real users.")

    def handle(self, *args: Any, **options: Any) -> None:
        conversations, messages = options["conversations"], options["messages"]
        if conversations < 1 or messages < conversations:
            raise CommandError("Ask for at least one conversation, and one message for each.")
        if not options["force"] and holds_real_conversations():
            raise CommandError(
                "This database holds conversations of real users. Use another one, or --force."
            )

        def progress(done: int) -> None:
            self.stderr.write(f"\r{done} of {conversations} conversations", ending="")

        began = perf_counter()
        until = options["until"] or datetime.now(UTC).date()
        make(conversations, messages, options["seed"], until, progress)
        self.stderr.write("\r", ending="")
        taken = perf_counter() - began
        self.stdout.write(f"{conversations} conversations with {messages} messages made in {taken:.0f} s.")
