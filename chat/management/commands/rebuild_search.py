"""`manage.py rebuild_search`: makes the full-text index anew, beside a running server if there is one."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.search.rebuild import rebuild


class Command(BaseCommand):
    help = "Make the full-text index anew. It can be stopped and run again; search goes on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        def progress(done: int) -> None:
            self.stderr.write(f"\r{done} titles and messages", ending="")

        done = rebuild(progress)
        self.stderr.write("\r", ending="")
        self.stdout.write(f"{done} titles and messages are in the index.")
