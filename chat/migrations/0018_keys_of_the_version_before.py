"""A server of the version before may make keys while others have been restarted: they ask and read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0017_keys_and_limits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="scopes_stored",
            field=models.CharField(
                db_column="scopes",
                db_default="chat read",
                default="chat read",
                editable=False,
                max_length=60,
                verbose_name="scopes",
            ),
        ),
    ]
