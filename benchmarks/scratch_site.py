"""A site of its own, on SQLite in a temporary folder, for what is measured in one process.

Imported first: Django stands then, and what is imported after it may name models.
"""

import os
import tempfile
from pathlib import Path
from typing import Final

_FOLDER = tempfile.TemporaryDirectory()
DATABASE: Final = Path(_FOLDER.name) / "chat.sqlite3"
os.environ["DATABASE_URL"] = f"sqlite:///{DATABASE}"
os.environ["DJANGO_ENV_FILE"] = ""
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command

from chat.actions.liveness import beat
from chat.actions.new_reply import Chosen, Origin
from chat.ids import new_id


def migrated_user() -> User:
    """The site's tables are there then, too."""
    call_command("migrate", verbosity=0)
    return User.objects.create(username="alice")


def origin() -> Origin:
    """A server of the site, and somebody who asks there."""
    user = migrated_user()
    server = new_id()
    beat(server, "a benchmark", ())
    return Origin(
        user_id=user.pk,
        server=server,
        request_hash="0" * 64,
        choose_model=lambda name, params: Chosen("m", "c"),
    )
