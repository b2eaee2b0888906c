"""The review desk: audit log with its triggers, digests, flags, judgements, policy."""

import chat.ids
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from chat.audit import guards


def make_guards(apps, schema_editor):
    for statement in guards.statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop_guards(apps, schema_editor):
    for statement in guards.statements_undone(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def note_all(apps, schema_editor):
    """Digests of what is there are made by the server, a few at a time."""
    schema_editor.execute("INSERT INTO chat_staledigest (conversation_id) SELECT id FROM chat_conversation")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('chat', '0007_column_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FlagRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('failed', 'The reply failed'), ('long', 'Longer than so many characters'), ('words', 'One of these words (one a line)'), ('pattern', 'One of these regular expressions (one a line)')], max_length=10, verbose_name='kind')),
                ('value', models.TextField(blank=True, help_text='A number, words, or patterns; none for “failed”.', verbose_name='value')),
                ('questions', models.BooleanField(default=True, verbose_name='looks at questions')),
                ('replies', models.BooleanField(default=True, verbose_name='looks at replies')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
            ],
            options={
                'verbose_name': 'flag rule',
                'verbose_name_plural': 'flag rules',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, unique=True, verbose_name='name')),
                ('retired', models.BooleanField(default=False, help_text='Kept where it is, offered no more.', verbose_name='retired')),
            ],
            options={
                'verbose_name': 'label',
                'verbose_name_plural': 'labels',
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='completion',
            name='source',
            field=models.CharField(blank=True, help_text='The way by which it was asked: see `chat.models.digest.SOURCES`.', max_length=10),
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigIntegerField(help_text='1, 2, 3, … without a gap.', primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='at')),
                ('actor', models.BigIntegerField(help_text='Id of the user; none: the server itself.', null=True, verbose_name='who')),
                ('via', models.CharField(choices=[('admin', 'Admin pages'), ('page', 'Chat page'), ('api', 'API'), ('command', 'Command line'), ('server', 'The server itself')], max_length=10, verbose_name='by way of')),
                ('action', models.CharField(max_length=40, verbose_name='action')),
                ('kind', models.CharField(blank=True, help_text='What it was done to.', max_length=20, verbose_name='kind')),
                ('object', models.CharField(blank=True, help_text='Its id.', max_length=40, verbose_name='object')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
                ('previous', models.CharField(help_text='Hash of the entry before; zeros for the first.', max_length=64)),
                ('hash', models.CharField(help_text='SHA-256, in hexadecimal.', max_length=64, verbose_name='hash')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'ordering': ['-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['kind', 'object', '-id'], name='audit_of_object'), models.Index(fields=['actor', '-id'], name='audit_of_actor'), models.Index(fields=['action', '-id'], name='audit_of_action'), models.Index(fields=['at'], name='audit_at')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='text')),
                ('created', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_notes', to='chat.conversation')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='review_notes', to='chat.message')),
            ],
            options={
                'ordering': ['id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=200, verbose_name='model')),
                ('since', models.DateField(verbose_name='since')),
                ('prompt', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='a million tokens read')),
                ('completion', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='a million tokens written')),
                ('currency', models.CharField(default='USD', max_length=3, verbose_name='currency')),
            ],
            options={
                'verbose_name': 'price',
                'verbose_name_plural': 'prices',
                'ordering': ['model', '-since'],
                'constraints': [models.UniqueConstraint(fields=('model', 'since'), name='price_of_day')],
            },
        ),
        migrations.CreateModel(
            name='ReviewExport',
            fields=[
                ('id', models.UUIDField(default=chat.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('query', models.TextField(blank=True)),
                ('form', models.CharField(max_length=20)),
                ('pseudonymised', models.BooleanField(default=False)),
                ('made', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended', models.DateTimeField(blank=True, null=True)),
                ('cancelled', models.BooleanField(default=False)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(null=True)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='StaleDigest',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='chat.conversation')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CompletionFigures',
            fields=[
                ('completion', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='figures', serialize=False, to='chat.completion')),
                ('asked', models.DateTimeField()),
                ('model', models.CharField(max_length=200)),
                ('status', models.CharField(max_length=12)),
                ('finish_reason', models.CharField(blank=True, max_length=40)),
                ('cut_off', models.CharField(blank=True, max_length=5)),
                ('error_code', models.CharField(blank=True, max_length=60)),
                ('source', models.CharField(blank=True, max_length=10)),
                ('prompt_tokens', models.PositiveIntegerField(default=0)),
                ('completion_tokens', models.PositiveIntegerField(default=0)),
                ('first_token_ms', models.PositiveIntegerField(null=True)),
                ('stream_ms', models.PositiveIntegerField(null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='chat.conversation')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['asked'], name='figures_asked'), models.Index(fields=['model', 'conversation'], name='figures_model')],
            },
        ),
        migrations.CreateModel(
            name='ConversationDigest',
            fields=[
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='digest', serialize=False, to='chat.conversation')),
                ('updated', models.DateTimeField()),
                ('created', models.DateTimeField()),
                ('temporary', models.BooleanField(default=False)),
                ('deleted', models.DateTimeField(null=True)),
                ('messages', models.PositiveIntegerField(default=0)),
                ('length', models.PositiveBigIntegerField(default=0)),
                ('tokens', models.PositiveBigIntegerField(default=0)),
                ('statuses', models.PositiveSmallIntegerField(default=0)),
                ('finishes', models.PositiveSmallIntegerField(default=0)),
                ('sources', models.PositiveSmallIntegerField(default=0)),
                ('liked', models.PositiveIntegerField(default=0)),
                ('disliked', models.PositiveIntegerField(default=0)),
                ('comments', models.PositiveIntegerField(default=0)),
                ('models_used', models.JSONField(default=list)),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['-updated', '-conversation'], name='digest_newest'), models.Index(fields=['owner', '-updated', '-conversation'], name='digest_of_user')],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('disliked', 'Thumbs down'), ('reported', 'Reported by the user'), ('rule', 'Raised by a rule'), ('hand', 'Raised by a reviewer')], max_length=10, verbose_name='kind')),
                ('reason', models.TextField(blank=True, help_text='What who raised it had to say.', verbose_name='reason')),
                ('raised', models.DateTimeField(default=django.utils.timezone.now, verbose_name='raised')),
                ('resolved', models.DateTimeField(blank=True, null=True, verbose_name='resolved')),
                ('announced', models.DateTimeField(blank=True, null=True)),
                ('announced_overdue', models.DateTimeField(blank=True, null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='chat.conversation')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='chat.message')),
                ('raised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='flags', to='chat.flagrule')),
            ],
            options={
                'verbose_name': 'flag',
                'verbose_name_plural': 'flags',
                'ordering': ['-raised', '-id'],
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('resolved__isnull', True)), fields=['conversation'], name='flag_open'), models.Index(condition=models.Q(('resolved__isnull', True)), fields=['raised'], name='flag_open_raised')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind__in', ['disliked', 'reported']), ('message__isnull', False)), fields=('message', 'kind'), name='flag_by_user_once'), models.UniqueConstraint(condition=models.Q(('message__isnull', False), ('rule__isnull', False)), fields=('message', 'rule'), name='flag_by_rule_once')],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='reason')),
                ('made', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                ('lifted', models.DateTimeField(blank=True, null=True, verbose_name='lifted')),
                ('conversation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='chat.conversation', verbose_name='conversation')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'legal hold',
                'verbose_name_plural': 'legal holds',
                'constraints': [models.CheckConstraint(condition=models.Q(('user__isnull', True), ('conversation__isnull', True), _connector='XOR'), name='hold_on_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveIntegerField(help_text='After the conversation was last asked.', verbose_name='days')),
                ('act', models.CharField(choices=[('delete', 'Delete'), ('anonymise', 'Anonymise')], default='delete', max_length=10, verbose_name='what is done')),
                ('enabled', models.BooleanField(default=False, verbose_name='enabled')),
                ('group', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'retention rule',
                'verbose_name_plural': 'retention rules',
                'constraints': [models.UniqueConstraint(models.F('act'), condition=models.Q(('group__isnull', True)), name='retention_of_everybody')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(blank=True, choices=[('useful', 'Useful'), ('poor', 'Poor'), ('unsafe', 'Unsafe'), ('nothing', 'Nothing to do')], max_length=10, verbose_name='verdict')),
                ('escalated', models.BooleanField(default=False, verbose_name='escalated')),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated', models.DateTimeField(default=django.utils.timezone.now)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='chat.conversation')),
                ('labels', models.ManyToManyField(blank=True, related_name='reviews', to='chat.label', verbose_name='labels')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='chat.message')),
                ('updated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'permissions': [('review_conversations', 'Can find and read the conversations of other users'), ('judge_conversations', 'Can judge conversations: verdicts, labels, notes, flags, assignees'), ('export_conversations', 'Can take conversations of other users out'), ('see_figures', 'Can see the dashboard')],
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('verdict', ''), _negated=True), fields=['verdict'], name='review_verdict'), models.Index(condition=models.Q(('escalated', True)), fields=['escalated'], name='review_escalated')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('message__isnull', True)), fields=('conversation',), name='review_of_conversation'), models.UniqueConstraint(condition=models.Q(('message__isnull', False)), fields=('message',), name='review_of_message'), models.CheckConstraint(condition=models.Q(('message__isnull', True), models.Q(('assignee__isnull', True), ('escalated', False)), _connector='OR'), name='review_conversations_are_assigned')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('query', models.TextField(help_text='As in the address of the list.')),
                ('shared', models.BooleanField(default=False, help_text='Other reviewers see it, too.', verbose_name='shared')),
                ('created', models.DateTimeField(default=django.utils.timezone.now)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved filter',
                'verbose_name_plural': 'saved filters',
                'ordering': ['name'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='saved_filter_named')],
            },
        ),
        migrations.RunPython(make_guards, drop_guards),
        migrations.RunPython(note_all, migrations.RunPython.noop),
    ]
