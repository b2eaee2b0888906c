"""The middleware of static files, as hundreds of handlers in one process need it.

A server has one handler; every client of a test makes its own, and each time the finders look at all files
for 0.08 s. Here the first one does.
"""

from django.conf import settings
from servestatic.responders import Redirect, StaticFile

from chatsite.assets import Assets


class QuickAssets(Assets):
    found: dict[tuple[str, str], dict[str, StaticFile | Redirect]] = {}
    """By the prefix of the addresses, and by where the compressed files are."""

    def add_files_from_finders(self) -> None:
        place = (self.static_prefix, str(settings.VAR_DIR))
        if place not in self.found:
            super().add_files_from_finders()
            self.found[place] = dict(self.files)
        self.files |= self.found[place]
