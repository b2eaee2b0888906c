"""A server with single sign-on or second factors, whose database has tables of their own, and its people."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from process.harness.people import PASSWORD
from process.harness.processes import Server, StartServer, environment, manage
from process.harness.visitor import Visitor

MAKE = """
from django.contrib.auth.models import User
from django.utils import timezone
def make(name, **more):
    password = more.pop("password", %r)
    more.setdefault("last_login", timezone.now())
    User.objects.create_user(name, f"{name}@example.org", password, **more)
make("alice")
make("bob")
make("nina", last_login=None)
make("gone", is_active=False, last_login=None)
make("dave", is_staff=True, is_superuser=True)
"""
"""Alice and Bob have been here. Nina never was; Gone was sent away; Dave is the administrator."""


AGE = """
from django.contrib.sessions.backends.db import SessionStore
session = SessionStore(%r)
for proof in session["account_authentication_methods"]:
    proof["at"] -= 3600
session.save()
"""


@dataclass(frozen=True, slots=True)
class IdentitySite:
    server: Server
    settings: Mapping[str, str]
    path: Path

    def visitor(self) -> Visitor:
        return Visitor(self.server.url)

    def age(self, visitor: Visitor) -> None:
        """An hour has passed since the visitor has shown who they are."""
        key = visitor.session.cookies["sessionid"]
        manage(environment(**self.settings), "shell", "-v", "0", "-c", AGE % key)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as connection:
            found = connection.execute(statement, values).fetchall()
        connection.close()
        return found

    def id_of(self, username: str) -> int:
        ((found,),) = self.rows("SELECT id FROM auth_user WHERE username = ?", username)
        return int(found)

    def username(self, visitor: Visitor) -> str | None:
        """Who the visitor is here."""
        if (user_id := visitor.user_id) is None:
            return None
        ((found,),) = self.rows("SELECT username FROM auth_user WHERE id = ?", user_id)
        return str(found)


def start_identity_site(start: StartServer, directory: Path, **settings: str) -> IdentitySite:
    path = directory / "identity.sqlite3"
    chosen = {"DATABASE_URL": f"sqlite:///{path}", **settings}

    manage(environment(**chosen), "migrate", "-v", "0")
    manage(environment(**chosen), "shell", "-v", "0", "-c", MAKE % PASSWORD)
    return IdentitySite(start(wait=True, way="serve", **chosen), chosen, path)
