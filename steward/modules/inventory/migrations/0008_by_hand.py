"""What leaves by hand without another person, and what waits for one: a ledger of the first, causes for the second."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory_hand_booking
FOR EACH ROW EXECUTE FUNCTION inventory_append_only();
"""
UNDO = "DROP TRIGGER append_only ON inventory_hand_booking;"


class Migration(migrations.Migration):
    """The ledger with its trigger; several bookings by hand of the same goods may wait."""

    dependencies: ClassVar = [
        ('approvals', '0003_first_limits'),
        ('catalog', '0002_first_shops'),
        ('inventory', '0007_submitted_stocktakes'),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='HandBooking',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('person', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=20)),
                ('quantity', models.IntegerField()),
                ('value_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
            ],
            options={
                'db_table': 'inventory_hand_booking',
            },
        ),
        migrations.RemoveConstraint(
            model_name='writeoff',
            name='write_off_asked_once',
        ),
        migrations.RemoveConstraint(
            model_name='writeoff',
            name='write_off_cause',
        ),
        migrations.AddField(
            model_name='writeoff',
            name='person',
            field=models.CharField(blank=True, db_default='', max_length=80),
        ),
        migrations.AddConstraint(
            model_name='writeoff',
            constraint=models.UniqueConstraint(condition=models.Q(('cause__in', ('expired', 'damaged', 'lost', 'obsolete')), ('state', 'waiting')), fields=('stock', 'cause'), name='write_off_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='writeoff',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ('expired', 'damaged', 'lost', 'obsolete', 'adjusted', 'shipped'))), name='write_off_cause'),
        ),
        migrations.AddField(
            model_name='handbooking',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item'),
        ),
        migrations.AddField(
            model_name='handbooking',
            name='warehouse',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse'),
        ),
        migrations.AddIndex(
            model_name='handbooking',
            index=models.Index(fields=['person', 'at'], name='hand_booking_lately'),
        ),
        migrations.AddConstraint(
            model_name='handbooking',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('value_minor__gte', 0)), name='hand_booking_counts'),
        ),
        migrations.AddConstraint(
            model_name='handbooking',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('received', 'shipped', 'adjusted', 'returned'))), name='hand_booking_kind'),
        ),
        migrations.RunSQL(APPEND_ONLY, UNDO),
    ]
