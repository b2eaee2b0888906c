"""A new conversation no longer has SQLite look through all marks of changed ones."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0024_indexes_once"),
    ]

    operations = [
        migrations.AlterField(
            model_name="staledigest",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="chat.conversation",
            ),
        ),
    ]
