"""Who asked for agreement to a stocktake and when, so that slices of one count add up."""

from typing import ClassVar

from django.db import migrations, models

# What was asked before names who asked and when; what passed without a question, who planned it.
FILL = """
UPDATE inventory_stocktake AS stocktake
SET submitted_at = COALESCE(asked.asked_at, stocktake.created_at),
    submitted_by = COALESCE(asked.asked_by, stocktake.created_by)
FROM inventory_stocktake AS same LEFT JOIN approvals_request AS asked ON asked.id = same.approval_id
WHERE same.id = stocktake.id AND stocktake.state IN ('awaiting_approval', 'approved', 'done');
"""


class Migration(migrations.Migration):
    """Columns, what stands there already, then the check."""

    dependencies: ClassVar = [
        ('approvals', '0003_first_limits'),
        ('inventory', '0006_slow_and_expiring'),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name='stocktake',
            name='submitted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='stocktake',
            name='submitted_by',
            field=models.CharField(blank=True, db_default='', max_length=80),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='stocktake',
            index=models.Index(condition=models.Q(('state__in', ('awaiting_approval', 'approved', 'done'))), fields=['warehouse', 'submitted_at'], name='stocktake_submitted'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('awaiting_approval', 'approved', 'done')), _negated=True), models.Q(('submitted_at__isnull', False), models.Q(('submitted_by', ''), _negated=True)), _connector='OR'), name='stocktake_submitted_by_somebody'),
        ),
    ]
