"""Keys have scopes, an end and limits; groups have limits; what is used is counted by user, key, day and model."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("chat", "0016_figures_by_ending"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupLimits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limits",
                        to="auth.group",
                        verbose_name="group",
                    ),
                ),
                (
                    "requests_per_minute",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="requests a minute"),
                ),
                (
                    "streams",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="replies at a time"),
                ),
                (
                    "sockets",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="live connections at a time"
                    ),
                ),
                (
                    "tokens_per_day",
                    models.PositiveBigIntegerField(blank=True, null=True, verbose_name="tokens a day"),
                ),
                (
                    "tokens_per_month",
                    models.PositiveBigIntegerField(blank=True, null=True, verbose_name="tokens a month"),
                ),
                (
                    "cost_per_day",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="cost a day"
                    ),
                ),
                (
                    "cost_per_month",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="cost a month"
                    ),
                ),
                (
                    "message_chars",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="characters a message"),
                ),
                (
                    "attachment_bytes",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="bytes a file"),
                ),
            ],
            options={
                "verbose_name": "limits of a group",
                "verbose_name_plural": "limits of groups",
                "ordering": ["group__name"],
            },
        ),
        migrations.CreateModel(
            name="Spent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("day", models.DateField()),
                ("key", models.UUIDField(default=uuid.UUID("00000000-0000-0000-0000-000000000000"))),
                ("model", models.CharField(max_length=200)),
                ("replies", models.PositiveIntegerField(default=0)),
                ("prompt_tokens", models.PositiveBigIntegerField(default=0)),
                ("completion_tokens", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="apikey",
            name="cost_per_month",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="Empty: as for its user.",
                max_digits=12,
                null=True,
                verbose_name="cost a month",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="expires",
            field=models.DateTimeField(
                blank=True, help_text="Empty: never.", null=True, verbose_name="expires"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_address",
            field=models.GenericIPAddressField(
                blank=True,
                help_text="Noted together with the last use.",
                null=True,
                verbose_name="last used from",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="requests_per_minute",
            field=models.PositiveIntegerField(
                blank=True, help_text="Empty: as for its user.", null=True, verbose_name="requests a minute"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="scopes_stored",
            field=models.CharField(
                db_column="scopes", default="chat read", editable=False, max_length=60, verbose_name="scopes"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="streams",
            field=models.PositiveIntegerField(
                blank=True, help_text="Empty: as for its user.", null=True, verbose_name="replies at a time"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="tokens_per_day",
            field=models.PositiveBigIntegerField(
                blank=True, help_text="Empty: as for its user.", null=True, verbose_name="tokens a day"
            ),
        ),
        migrations.AddField(
            model_name="completion",
            name="key",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="By which it was asked; none: on a page.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="chat.apikey",
                verbose_name="API key",
            ),
        ),
        migrations.AddField(
            model_name="completion",
            name="reckoned",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Tokens of what was sent, reckoned from its length: counted where no usage was told.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="completion",
            index=models.Index(
                condition=models.Q(("key__isnull", False)), fields=["key", "status"], name="completion_of_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="spent",
            constraint=models.UniqueConstraint(fields=("user", "day", "key", "model"), name="spent_once"),
        ),
    ]
