"""The full-text index: its entries, and the tables for their words that models cannot say."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chat.search import tables


def make(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in tables.POSTGRESQL if is_postgresql else tables.SQLITE:
        schema_editor.execute(statement)


def undo(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in tables.POSTGRESQL_UNDONE if is_postgresql else tables.SQLITE_UNDONE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0002_chat_page'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='search_entries', to='chat.conversation')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='search_entries', to='chat.message')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [
                    models.Index(fields=['owner', 'id'], name='search_entry_newest'),
                    models.Index(condition=models.Q(('message__isnull', True)), fields=['owner', 'id'], name='search_entry_titles'),
                ],
            },
        ),
        migrations.RunPython(make, undo),
    ]
