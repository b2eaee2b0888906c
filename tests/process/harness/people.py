"""The cast: Alice (owner), Bob (another user), Carol (reviewer), Dave (admin), and strangers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from process.harness.processes import manage

PASSWORD = "correct horse battery staple"
STRANGERS = 40

MAKE_PEOPLE = """
import io, json
from django.contrib.auth.models import User
from django.core.management import call_command
keys = {}
for name in %r:
    extra = {"is_staff": name in ("carol", "dave"), "is_superuser": name == "dave"}
    password = %r if name in ("alice", "bob", "dave") else None
    User.objects.create_user(name, password=password, **extra)
    out = io.StringIO()
    call_command("create_api_key", name, name="process tests", stdout=out)
    keys[name] = out.getvalue().strip()
print("KEYS", json.dumps(keys))
"""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    key: str


def make_people(settings: Mapping[str, str]) -> dict[str, Person]:
    """All with an API key, Alice, Bob and Dave with a password; one command, for each costs a second."""
    return people_told(_made(settings))


def migrated_with_people(settings: Mapping[str, str]) -> str:
    """The same in a new database; what `people_told` reads."""
    manage(settings, "migrate", "-v", "0")
    return _made(settings)


def people_told(printed: str) -> dict[str, Person]:
    keys = json.loads(printed.partition("KEYS ")[2])
    return {name: Person(name, key) for name, key in keys.items()}


def _made(settings: Mapping[str, str]) -> str:
    names = ["alice", "bob", "carol", "dave", *(f"stranger{number}" for number in range(STRANGERS))]
    return manage(settings, "shell", "-v", "0", "-c", MAKE_PEOPLE % (names, PASSWORD))
