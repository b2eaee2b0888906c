"""A stop reaches the process that runs a reply by its row, too, where there is no other way to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0020_limits_of_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="completion",
            name="stop_wanted",
            field=models.BooleanField(null=True),
        ),
    ]
