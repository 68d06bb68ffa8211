"""Index the event log by transaction, the order in which a reader misses nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['transaction', 'id'], name='event_transaction'),
        ),
    ]
