"""A key may be limited in whatever its user is counted in: connections, and tokens and costs of both times, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0019_checkpoint_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="cost_per_day",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="Empty: as for its user.",
                max_digits=12,
                null=True,
                verbose_name="cost a day",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="sockets",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: as for its user.",
                null=True,
                verbose_name="live connections at a time",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="tokens_per_month",
            field=models.PositiveBigIntegerField(
                blank=True, help_text="Empty: as for its user.", null=True, verbose_name="tokens a month"
            ),
        ),
    ]
