"""An export tells when it was last heard of; one by the command line belongs to no user."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_looked_at")]

    operations = [
        migrations.AddField(
            model_name="reviewexport", name="heard", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AlterField(
            model_name="reviewexport",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
