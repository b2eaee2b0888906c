"""`manage.py apply_retention`: what the retention rules would do, or do; and giving the space back."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from chat.audit import Actor
from chat.review.retention import apply_all, enabled_rules, forecast


class Command(BaseCommand):
    help = (
        "Apply the enabled retention rules now, one conversation and one short transaction at a time; a "
        "server does the same every ten minutes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
        parser.add_argument(
            "--vacuum",
            action="store_true",
            help="give the space back afterwards; on SQLite all writers wait meanwhile",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        results = self._forecast() if dry else self._apply()
        if options["vacuum"] and not dry:
            with connection.cursor() as cursor:
                # PostgreSQL's own workers would do it later. SQLite keeps free pages for itself until asked.
                cursor.execute("VACUUM")
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": dry, "rules": results}))
            return
        if not results:
            self.stdout.write("No retention rule is enabled.")
        for each in results:
            group = "everybody" if each["group"] is None else f"group {each['group']}"
            what = f"{'would be' if dry else 'were'} {'deleted' if each['act'] == 'delete' else 'anonymised'}"
            kept = f", {each['kept']} are kept" if dry else ""
            oldest = f", the oldest last asked {each['oldest']}" if each.get("oldest") else ""
            self.stdout.write(
                f"Rule {each['rule']} ({group}, {each['days']} days): "
                f"{each['conversations']} conversations {what}{kept}{oldest}."
            )

    def _forecast(self) -> list[dict[str, Any]]:
        results = []
        for rule in enabled_rules():
            found = forecast(rule)
            oldest = found.oldest.isoformat() if found.oldest else None
            results.append(_rule(rule) | {"conversations": found.due, "kept": found.kept, "oldest": oldest})
        return results

    def _apply(self) -> list[dict[str, Any]]:
        is_terminal = sys.stderr.isatty()

        def progress(done: int) -> None:
            if is_terminal:
                self.stderr.write(f"\r{done} conversations", ending="")

        results = [
            _rule(rule) | {"conversations": done}
            for rule, done in apply_all(Actor(None, "command"), progress)
        ]
        if is_terminal:
            self.stderr.write("\r", ending="")
        return results


def _rule(rule: Any) -> dict[str, Any]:
    return {"rule": rule.pk, "group": rule.group_id, "days": rule.days, "act": rule.act}
