"""What the database's tables are made for: this version, an older one (migrate), a newer one (hands off)."""

from dataclasses import dataclass
from functools import lru_cache

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Name = tuple[str, str]
"""The app, and the migration's own name."""


@dataclass(frozen=True, slots=True)
class State:
    missing: tuple[Name, ...]
    """This version has them, the database not."""
    unknown: tuple[Name, ...]
    """The database has them, this version not: a newer one was here."""

    @property
    def refusal(self) -> str | None:
        """Why this version must leave the database alone, and what to do; None where it need not."""
        if not self.unknown:
            return None
        names = ", ".join(f"{app}.{name}" for app, name in self.unknown[:3])
        more = f" and {len(self.unknown) - 3} more" if len(self.unknown) > 3 else ""
        return (
            "The database was brought up to date by a newer version of this program, and this one does not "
            f"know all of it ({names}{more}). Nothing was changed. Start the newer version again; or, to go "
            "back for good, restore with this version the backup that was made before the upgrade "
            "(manage.py chat_restore). docs/operations.md says how."
        )


def state() -> State:
    """Compare the two. One query, and one for whether the table of migrations is there at all."""
    return compared(applied())


def applied() -> set[Name]:
    """The migrations that the database has."""
    return set(MigrationRecorder(connection).applied_migrations())


def compared(applied: set[Name]) -> State:
    """The same for migrations that are listed elsewhere: in a backup."""
    ours = known()
    installed = {config.label for config in apps.get_app_configs()}
    return State(
        missing=tuple(sorted(ours - applied)),
        # Those of an app that was taken out, or added by whoever runs this, say nothing of ours.
        unknown=tuple(sorted(name for name in applied - ours if name[0] in installed)),
    )


@lru_cache(maxsize=1)
def known() -> frozenset[Name]:
    """The migrations of this version. They are files, so the first look reads some fifty of them."""
    return frozenset(MigrationLoader(None).disk_migrations)
