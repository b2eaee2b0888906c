"""Figures of days and months, added up; triggers note which of them are no longer true."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import Max, Min

from chat.digest import triggers

RATED = """
    UPDATE chat_completionfigures SET rating = (
        SELECT feedback.rating FROM chat_feedback feedback
        JOIN chat_message message ON message.id = feedback.message_id
        WHERE message.completion_id = chat_completionfigures.completion_id
    )
    WHERE completion_id IN (
        SELECT message.completion_id FROM chat_feedback feedback
        JOIN chat_message message ON message.id = feedback.message_id
        WHERE feedback.rating IS NOT NULL
    )
"""


def make_triggers(apps, schema_editor):
    for statement in triggers.statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    for statement in triggers.statements_undone(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def note_all(apps, schema_editor):
    """Sums of what is there are made by the server, a day at a time."""
    ends = apps.get_model("chat", "CompletionFigures").objects.aggregate(first=Min("asked"), last=Max("asked"))
    if ends["first"] is None:
        return
    stale = apps.get_model("chat", "StaleSums")
    # Less than a day apart, so that there is one in each day of any time zone, those without an hour included.
    step = timedelta(hours=12)
    count = (ends["last"] - ends["first"]) // step + 1
    moments = [ends["first"] + number * step for number in range(count)]
    stale.objects.bulk_create(stale(asked=asked) for asked in (*moments, ends["last"]))


class Migration(migrations.Migration):
    dependencies = [("chat", "0014_history_chain")]

    operations = [
        # Null, so that SQLite writes no table anew.
        migrations.AddField("completionfigures", "rating", models.SmallIntegerField(null=True)),
        migrations.RunSQL(RATED, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="CompletionSums",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begin", models.DateField()),
                ("end", models.DateField()),
                ("zone", models.CharField(max_length=64)),
                ("counts", models.JSONField(default=dict)),
                ("sums", models.JSONField(default=dict)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("begin", "end"), name="sums_of_period")
                ],
            },
        ),
        migrations.CreateModel(
            name="StaleSums",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("asked", models.DateTimeField(db_index=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(make_triggers, drop_triggers),
        migrations.RunPython(note_all, migrations.RunPython.noop),
    ]
