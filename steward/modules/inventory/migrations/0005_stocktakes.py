"""Stocktakes with their sheets and counts; who may plan them, how counters are told, and from which value on who agrees."""

from __future__ import annotations

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


# A CHECK sees its own row only; this looks at the approval, whose own constraints hold the four eyes.
GUARD = """
CREATE FUNCTION inventory_stocktake_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'approved' AND OLD.state = 'awaiting_approval' AND NOT EXISTS (
        SELECT FROM approvals_request
        WHERE id = OLD.approval_id AND state = 'granted' AND kind = 'stocktake'
          AND subject_kind = 'stocktake' AND subject_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'nobody has agreed to the stocktake %', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'done' AND OLD.state <> 'approved' THEN
        RAISE EXCEPTION 'the stocktake % was not agreed to', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agreed BEFORE UPDATE OF state ON inventory_stocktake
FOR EACH ROW EXECUTE FUNCTION inventory_stocktake_agreed();
"""
UNGUARD = """
DROP TRIGGER agreed ON inventory_stocktake;
DROP FUNCTION inventory_stocktake_agreed();
"""
HOURS, DAY_S = 72, 86_400
TEXTS = {
    "zh-hans": ("请盘点：{{subject}}", "{{warehouse}} · 库区 {{zone}}：{{lines}} 个位置待盘点。请在盘点页面打开盘点单。"),
    "zh-hant": ("請盤點：{{subject}}", "{{warehouse}} · 庫區 {{zone}}：{{lines}} 個位置待盤點。請在盤點頁面打開盤點單。"),
    "en": ("Please count: {{subject}}", "{{warehouse}}, zone {{zone}}: {{lines}} places wait to be counted."),
}
RIGHTS = {"logistics_coordinator": "stock.stocktake", "after_sales_manager": "stock.stocktake"}
MANAGER = "after_sales_manager"
# From which value of differences on, in minor units of the currency, two people have to agree; below it one.
TWO_FROM = {
    "CNY": 1_000_000, "HKD": 1_000_000, "USD": 150_000, "EUR": 130_000, "GBP": 110_000, "JPY": 20_000_000,
    "BRL": 750_000,
}  # fmt: skip


def tiers() -> list[dict[str, Any]]:
    """Write the tiers as the policy row keeps them."""
    return [
        {"deciders": deciders, "role": MANAGER, "within_s": 3 * DAY_S, "currency": currency, "from_minor": bound}
        for currency, two_from in TWO_FROM.items()
        for bound, deciders in ((0, 1), (two_from, 2))
    ]


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write rights, texts and limits; limits somebody has touched stay."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)
    kind, template = apps.get_model("messaging", "MessageKind"), apps.get_model("messaging", "Template")
    kind.objects.create(code="stocktake_sheet", channels=["email"], expires_after_h=HOURS, waits_for_day=False)
    for locale, (subject, body) in TEXTS.items():
        template.objects.create(
            code="stocktake_sheet", channel="in_app", locale=locale, version=1, subject=subject, body=body,
            saved_by="system:seed",
        )
    policy, request = apps.get_model("approvals", "Policy"), apps.get_model("approvals", "Request")
    for row in policy.objects.filter(kind="stocktake", active=True, set_by="system:seed"):
        if request.objects.filter(policy=row).exists():
            policy.objects.filter(id=row.id).update(active=False)
            policy.objects.create(kind=row.kind, version=row.version + 1, tiers=tiers(), set_by="system:seed")
        else:
            policy.objects.filter(id=row.id).update(tiers=tiers())


class Migration(migrations.Migration):
    """Tables, the guard, and the first rows."""

    dependencies: ClassVar = [
        ('approvals', '0003_first_limits'),
        ('catalog', '0002_first_shops'),
        ('inventory', '0004_entries_of_a_day'),
        ('messaging', '0002_first_texts'),
        ('people', '0005_first_calendars'),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Stocktake',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, unique=True)),
                ('zones', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), default=list, size=None)),
                ('classes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=1), default=list, size=None)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('due_date', models.DateField(null=True)),
                ('state', models.CharField(db_default='counting', max_length=20)),
                ('recounts', models.PositiveSmallIntegerField(db_default=0)),
                ('off_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField(null=True)),
                ('approval', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='approvals.request')),
                ('warehouse', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
            options={
                'db_table': 'inventory_stocktake',
            },
        ),
        migrations.CreateModel(
            name='StocktakeLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lot', models.CharField(blank=True, max_length=40)),
                ('condition', models.CharField(max_length=10)),
                ('zone', models.CharField(blank=True, max_length=50)),
                ('abc_class', models.CharField(max_length=1)),
                ('price_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('is_found', models.BooleanField(db_default=False)),
                ('is_live', models.BooleanField(db_default=True)),
                ('counts', models.PositiveSmallIntegerField(db_default=0)),
                ('counted', models.IntegerField(null=True)),
                ('expected', models.IntegerField(null=True)),
                ('counted_at', models.DateTimeField(null=True)),
                ('booked', models.IntegerField(null=True)),
                ('booked_at', models.DateTimeField(null=True)),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.item')),
                ('stocktake', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='inventory.stocktake')),
                ('warehouse', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.warehouse')),
            ],
            options={
                'db_table': 'inventory_stocktake_line',
            },
        ),
        migrations.CreateModel(
            name='StocktakeSheet',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('round', models.PositiveSmallIntegerField()),
                ('zone', models.CharField(blank=True, max_length=50)),
                ('counter', models.CharField(blank=True, max_length=80)),
                ('ordered_by', models.CharField(max_length=80)),
                ('state', models.CharField(db_default='open', max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('handed_in_at', models.DateTimeField(null=True)),
                ('stocktake', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='inventory.stocktake')),
            ],
            options={
                'db_table': 'inventory_stocktake_sheet',
            },
        ),
        migrations.CreateModel(
            name='StocktakeCount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('counted_by', models.CharField(blank=True, max_length=80)),
                ('counted', models.IntegerField(null=True)),
                ('expected', models.IntegerField(null=True)),
                ('at', models.DateTimeField(null=True)),
                ('is_disturbed', models.BooleanField(db_default=False)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='found', to='inventory.stocktakeline')),
                ('sheet', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='inventory.stocktakesheet')),
            ],
            options={
                'db_table': 'inventory_stocktake_count',
            },
        ),
        migrations.AddIndex(
            model_name='stocktake',
            index=models.Index(fields=['state', '-id'], name='stocktake_by_state'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('counting', 'comparing', 'awaiting_approval', 'approved', 'done', 'cancelled'))), name='stocktake_state'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'awaiting_approval'), _negated=True), ('approval__isnull', False), _connector='OR'), name='stocktake_waits_for_somebody'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ('done', 'cancelled'))), models.Q(models.Q(('state__in', ('done', 'cancelled')), _negated=True), ('ended_at', None)), _connector='OR'), name='stocktake_ended_with_time'),
        ),
        migrations.AddConstraint(
            model_name='stocktake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='stocktake_cancelled_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeline',
            constraint=models.UniqueConstraint(fields=('stocktake', 'item', 'lot', 'condition'), name='stocktake_line_once'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeline',
            constraint=models.UniqueConstraint(condition=models.Q(('is_live', True)), fields=('item', 'warehouse', 'lot', 'condition'), name='stocktake_place_counted_once'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeline',
            constraint=models.CheckConstraint(condition=models.Q(('condition__in', ('sellable', 'quarantine', 'damaged'))), name='stocktake_line_condition'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeline',
            constraint=models.CheckConstraint(condition=models.Q(('abc_class__in', ('A', 'B', 'C'))), name='stocktake_line_class'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted', None), ('counted_at', None), ('counts', 0), ('expected', None)), models.Q(('counted__gte', 0), ('counted_at__isnull', False), ('counts__gt', 0), ('expected__isnull', False)), _connector='OR'), name='stocktake_line_counted_whole'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booked', None), ('booked_at', None)), models.Q(('booked__isnull', False), ('booked_at__isnull', False)), _connector='OR'), name='stocktake_line_booked_whole'),
        ),
        migrations.AddIndex(
            model_name='stocktakesheet',
            index=models.Index(condition=models.Q(('state__in', ('open', 'counting'))), fields=['counter'], name='stocktake_sheet_mine'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesheet',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('open', 'counting', 'handed_in', 'cancelled'))), name='stocktake_sheet_state'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesheet',
            constraint=models.CheckConstraint(condition=models.Q(('round__gt', 0)), name='stocktake_sheet_round'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesheet',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('open', 'cancelled')), models.Q(('counter', ''), _negated=True), _connector='OR'), name='stocktake_sheet_has_counter'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesheet',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_in_at__isnull', False), ('state', 'handed_in')), models.Q(models.Q(('state', 'handed_in'), _negated=True), ('handed_in_at', None)), _connector='OR'), name='stocktake_sheet_handed_in'),
        ),
        migrations.AddConstraint(
            model_name='stocktakecount',
            constraint=models.UniqueConstraint(fields=('sheet', 'line'), name='stocktake_count_once'),
        ),
        migrations.AddConstraint(
            model_name='stocktakecount',
            constraint=models.UniqueConstraint(condition=models.Q(('counted_by', ''), _negated=True), fields=('line', 'counted_by'), name='stocktake_counted_by_another'),
        ),
        migrations.AddConstraint(
            model_name='stocktakecount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('at', None), ('counted', None), ('counted_by', ''), ('expected', None)), models.Q(('at__isnull', False), ('counted__gte', 0), ('expected__isnull', False), models.Q(('counted_by', ''), _negated=True)), _connector='OR'), name='stocktake_count_whole'),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
