"""How far the flag rules are with each reply, and what is still to be told of flags."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0008_review")]

    operations = [
        # Without a default first: what is there stays null, which no rule looks at. The default is Python's alone,
        # so that SQLite writes no table anew.
        migrations.AddField("completion", "looked_at", models.PositiveSmallIntegerField(null=True)),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "completion",
                    "looked_at",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="How far the flag rules are with it; null: it was there before them.",
                        null=True,
                    ),
                )
            ]
        ),
        migrations.AddIndex(
            "completion",
            models.Index(
                condition=models.Q(("looked_at__lt", 2)), fields=["id"], name="completion_to_look_at"
            ),
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(choices=[("mail", "Mail"), ("webhook", "Webhook")], max_length=10),
                ),
                ("new", models.JSONField(default=list)),
                ("overdue", models.JSONField(default=list)),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("due", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("sending_until", models.DateTimeField(null=True)),
                ("sent", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sent__isnull", True)),
                        fields=("way",),
                        name="announcement_open_once",
                    )
                ],
            },
        ),
    ]
