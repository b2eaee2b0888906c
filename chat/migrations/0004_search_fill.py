"""What was said before there was an index is put into it: in batches, each a transaction of its own."""

from django.db import migrations

from chat.search.rebuild import rebuild


def fill(apps, schema_editor):
    rebuild()


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('chat', '0003_search'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
