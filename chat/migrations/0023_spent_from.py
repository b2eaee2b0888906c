"""What is used from an address is counted, by a keyed hash, where the site limits it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0022_sizes_of_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="SpentFrom",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=32)),
                ("day", models.DateField()),
                ("model", models.CharField(max_length=200)),
                ("replies", models.PositiveIntegerField(default=0)),
                ("prompt_tokens", models.PositiveBigIntegerField(default=0)),
                ("completion_tokens", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["day"], name="spentfrom_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("place", "day", "model"), name="spentfrom_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="completion",
            name="place",
            field=models.CharField(max_length=32, null=True),
        ),
    ]
