"""Write-offs and costs of items: tables, limits by value, words, rights, and gates that let no goods go unagreed."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# A CHECK sees its own row only; these look at the approval, whose own constraints hold the four eyes. The two indexes
# of movements answer when goods last left a place, how many did lately, and when they last came.
GATES = """
CREATE INDEX movement_shipped ON inventory_movement (item_id, warehouse_id, at) INCLUDE (quantity)
    WHERE kind = 'shipped';
CREATE INDEX movement_came ON inventory_movement (item_id, warehouse_id, at)
    WHERE kind IN ('received', 'transferred_in');
CREATE UNIQUE INDEX movement_written_off_once ON inventory_movement (reference) WHERE kind = 'written_off';
CREATE FUNCTION inventory_write_off_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' OR NEW.stock_id <> OLD.stock_id OR NEW.quantity <> OLD.quantity
       OR NEW.value_minor <> OLD.value_minor OR NEW.currency <> OLD.currency OR NEW.asked_by <> OLD.asked_by
       OR NEW.number <> OLD.number OR NEW.cause <> OLD.cause
       OR (OLD.approval_request_id IS NOT NULL AND NEW.approval_request_id IS DISTINCT FROM OLD.approval_request_id)
    THEN
        RAISE EXCEPTION 'a write-off stands as it was asked for and ended' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'written_off' AND NEW.approval_request_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM approvals_request
        WHERE id = NEW.approval_request_id AND state = 'granted' AND kind = 'write_off'
          AND subject_kind = 'write_off' AND subject_id = NEW.id
          AND amount_minor = NEW.value_minor AND currency = NEW.currency
          AND strpos(hands, '|' || NEW.asked_by || '|') > 0
    ) THEN
        RAISE EXCEPTION 'no approval was granted for %', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER granted BEFORE UPDATE ON inventory_write_off
    FOR EACH ROW EXECUTE FUNCTION inventory_write_off_granted();
CREATE FUNCTION inventory_written_off_as_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM inventory_write_off AS agreed JOIN inventory_stock AS stock ON stock.id = agreed.stock_id
        WHERE agreed.number = NEW.reference AND agreed.state = 'written_off' AND agreed.quantity = -NEW.quantity
          AND stock.item_id = NEW.item_id AND stock.warehouse_id = NEW.warehouse_id AND stock.lot_id = NEW.lot_id
          AND stock.condition = NEW.condition
    ) THEN
        RAISE EXCEPTION 'nothing was agreed to under “%”', NEW.reference USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER as_agreed BEFORE INSERT ON inventory_movement
    FOR EACH ROW WHEN (NEW.kind = 'written_off') EXECUTE FUNCTION inventory_written_off_as_agreed();
"""
UNDO = """
DROP TRIGGER as_agreed ON inventory_movement;
DROP TRIGGER granted ON inventory_write_off;
DROP FUNCTION inventory_written_off_as_agreed();
DROP FUNCTION inventory_write_off_granted();
DROP INDEX movement_written_off_once;
DROP INDEX movement_came;
DROP INDEX movement_shipped;
"""
THREE_DAYS_S = 3 * 86_400
MANAGER, FINANCE = "after_sales_manager", "finance"
# Per currency, from which value on, in its minor units, who has to agree: one manager, one of finance, two of finance.
LIMITS = {
    "CNY": (0, 200_000, 2_000_000),
    "HKD": (0, 200_000, 2_000_000),
    "USD": (0, 30_000, 300_000),
    "EUR": (0, 26_000, 260_000),
    "GBP": (0, 22_000, 220_000),
    "JPY": (0, 40_000, 400_000),
    "BRL": (0, 150_000, 1_500_000),
}
STEPS = ((1, MANAGER), (1, FINANCE), (2, FINANCE))
RIGHTS = {
    "warehouse": "stock.write_off",
    "logistics_coordinator": "stock.write_off",
    "after_sales_manager": "stock.write_off",
    "finance": "stock.view stock.costs",
}
TEXTS = {
    "zh-hans": ("报损申请 {{subject}}：{{outcome}}", "{{pieces}} 件。{{note}}"),
    "zh-hant": ("報損申請 {{subject}}：{{outcome}}", "{{pieces}} 件。{{note}}"),
    "en": ("Write-off {{subject}}: {{outcome}}", "{{pieces}} pieces. {{note}}"),
}
CODE, HOURS = "write_off_ended", 72


def tiers() -> list[dict[str, Any]]:
    """Write the limits as a policy row keeps them."""
    return [
        {"deciders": deciders, "role": role, "within_s": THREE_DAYS_S, "currency": currency, "from_minor": bound}
        for currency, bounds in LIMITS.items()
        for bound, (deciders, role) in zip(bounds, STEPS, strict=True)
    ]


def set_limits(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let limits by value replace the first ones, where nobody has touched them; a version that was used stays."""
    policy, request = apps.get_model("approvals", "Policy"), apps.get_model("approvals", "Request")
    for row in policy.objects.filter(kind="write_off", active=True, set_by="system:seed"):
        if request.objects.filter(policy=row).exists():
            policy.objects.filter(id=row.id).update(active=False)
            policy.objects.create(kind=row.kind, version=row.version + 1, tiers=tiers(), set_by="system:seed")
        else:
            policy.objects.filter(id=row.id).update(tiers=tiers())


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the roles that keep stock the right to ask, and let finance see what lies there and say what it costs."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


def tell(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write how who asked is told of the end."""
    kind, template = apps.get_model("messaging", "MessageKind"), apps.get_model("messaging", "Template")
    kind.objects.create(code=CODE, channels=["email"], expires_after_h=HOURS, waits_for_day=False)
    for locale, (subject, body) in TEXTS.items():
        template.objects.create(
            code=CODE, channel="in_app", locale=locale, version=1, subject=subject, body=body, saved_by="system:seed"
        )


class Migration(migrations.Migration):
    """Tables, gates, then the rows a fresh house needs."""

    dependencies: ClassVar = [
        ("approvals", "0003_first_limits"),
        ("catalog", "0002_first_shops"),
        ("inventory", "0005_stocktakes"),
        ("people", "0002_first_roles"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='ItemCost',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('cost_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('set_by', models.CharField(max_length=80)),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
            ],
            options={
                'db_table': 'inventory_item_cost',
                'constraints': [models.CheckConstraint(condition=models.Q(('cost_minor__gte', 0)), name='item_cost_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='WriteOff',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, unique=True)),
                ('quantity', models.IntegerField()),
                ('cause', models.CharField(max_length=10)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('unit_minor', models.BigIntegerField()),
                ('value_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('basis', models.CharField(max_length=10)),
                ('state', models.CharField(db_default='waiting', max_length=12)),
                ('asked_by', models.CharField(max_length=80)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_note', models.CharField(blank=True, max_length=300)),
                ('approval_request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='approvals.request')),
                ('stock', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.stock')),
            ],
            options={
                'db_table': 'inventory_write_off',
                'indexes': [models.Index(fields=['state', '-id'], name='write_off_state_id')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('stock', 'cause'), name='write_off_asked_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('value_minor__gte', 0)), name='write_off_counts'), models.CheckConstraint(condition=models.Q(('cause__in', ('expired', 'damaged', 'lost', 'obsolete'))), name='write_off_cause'), models.CheckConstraint(condition=models.Q(('basis__in', ('cost', 'price'))), name='write_off_basis'), models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'written_off', 'declined', 'lapsed', 'withdrawn'))), name='write_off_state'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='write_off_ended_with_time')],
            },
        ),
        migrations.RunSQL(GATES, UNDO),
        migrations.RunPython(set_limits, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
