"""`manage.py rebuild_review`: makes what reviewers filter by anew, beside a running server."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.digest.refresh import rebuild


class Command(BaseCommand):
    help = "Make the digests and figures of the review desk anew. It can be stopped and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        def progress(done: int) -> None:
            self.stderr.write(f"\r{done} conversations", ending="")

        done = rebuild(progress)
        self.stderr.write("\r", ending="")
        self.stdout.write(f"The digests of {done} conversations are made anew.")
