"""One index for each way to a row, and only of rows that have one: an ask writes a quarter less on SQLite."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class _Beside:
    """On PostgreSQL an index comes and goes beside those who read and write: no table stands still for it.

    Not within a transaction, as when a backup is restored: there is nobody beside. What was broken off is done
    again from its beginning.
    """

    def create(self, model, schema_editor, index):
        self.drop(schema_editor, index.name)
        schema_editor.add_index(model, index, **self.how(schema_editor))

    def drop(self, schema_editor, name):
        beside = "CONCURRENTLY " if self.how(schema_editor) else ""
        schema_editor.execute(f'DROP INDEX {beside}IF EXISTS "{name}"')

    def how(self, schema_editor):
        connection = schema_editor.connection
        is_beside = connection.vendor == "postgresql" and not connection.in_atomic_block
        return {"concurrently": True} if is_beside else {}


class _Added(_Beside, migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.create(to_state.apps.get_model(app_label, self.model_name), schema_editor, self.index)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.drop(schema_editor, self.index.name)


class _Removed(_Beside, migrations.RemoveIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.drop(schema_editor, self.name)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        self.create(to_state.apps.get_model(app_label, self.model_name), schema_editor, index)


class _Unindexed(_Beside, migrations.AlterField):
    """A field loses the index of its own.

    Django would copy the table for it on SQLite, and lose its triggers, and on PostgreSQL drop
    `completion_one_runs` with it, which is of the same column.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        with schema_editor.connection.cursor() as cursor:
            found = schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
        named = {each.name for each in (*model._meta.indexes, *model._meta.constraints)}
        for name, index in found.items():
            by_it = index["columns"] == [model._meta.get_field(self.name).column]
            if by_it and index["index"] and not index["unique"] and name not in named:
                self.drop(schema_editor, name)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        made = schema_editor._create_index_sql(
            model, fields=[model._meta.get_field(self.name)], **self.how(schema_editor)
        )
        schema_editor.execute(made)


class Migration(migrations.Migration):
    atomic = False  # what is beside others on PostgreSQL is part of no transaction

    dependencies = [
        ("chat", "0023_spent_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        _Added(
            model_name="completion",
            index=models.Index(
                condition=models.Q(("server__isnull", False)), fields=["server"], name="completion_of_server"
            ),
        ),
        _Added(
            model_name="message",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent"], name="message_answers"
            ),
        ),
        _Added(
            model_name="message",
            index=models.Index(
                condition=models.Q(("completion__isnull", False)), fields=["completion"], name="message_epoch"
            ),
        ),
        _Added(
            model_name="searchentry",
            index=models.Index(
                condition=models.Q(("message__isnull", False)),
                fields=["message"],
                name="search_entry_of_message",
            ),
        ),
        _Removed(
            model_name="completion",
            name="completion_running",
        ),
        _Unindexed(
            model_name="completion",
            name="message",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="completions",
                to="chat.message",
            ),
        ),
        _Unindexed(
            model_name="completion",
            name="server",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The process that runs it; its beat is this completion's sign of life.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="completions",
                to="chat.server",
            ),
        ),
        _Unindexed(
            model_name="conversation",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="conversations",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        _Unindexed(
            model_name="message",
            name="completion",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The upstream call that writes, or last wrote, into this reply: its epoch.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="chat.completion",
            ),
        ),
        _Unindexed(
            model_name="message",
            name="conversation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="chat.conversation",
                verbose_name="conversation",
            ),
        ),
        _Unindexed(
            model_name="message",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="children",
                to="chat.message",
                verbose_name="parent",
            ),
        ),
        _Unindexed(
            model_name="searchentry",
            name="message",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="search_entries",
                to="chat.message",
            ),
        ),
    ]
