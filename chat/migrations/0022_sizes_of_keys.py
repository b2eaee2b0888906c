"""A key may be limited in how large one thing may be, too. Nullable: a server of the version before makes keys."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0021_stop_wanted"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="message_chars",
            field=models.PositiveIntegerField(
                blank=True, help_text="Empty: as for its user.", null=True, verbose_name="characters a message"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="attachment_bytes",
            field=models.PositiveIntegerField(
                blank=True, help_text="Empty: as for its user.", null=True, verbose_name="bytes a file"
            ),
        ),
    ]
