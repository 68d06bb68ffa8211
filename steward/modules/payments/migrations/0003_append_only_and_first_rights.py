"""Make the ledgers append-only, bind providers to shops, let roles give money back."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LEDGERS = ("payments_entry", "payments_refund_step")
FUNCTION = """
CREATE FUNCTION payments_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION payments_append_only();"
    for table in LEDGERS
)
UNDO = "".join(f"DROP TRIGGER append_only ON {table};" for table in LEDGERS) + "DROP FUNCTION payments_append_only();"
RIGHTS = {
    "customer_service": "payments.refund",
    "after_sales_manager": "payments.refund payments.approve",
    "finance": "payments.refund payments.approve payments.reconcile",
}


def bind(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let every provider that is known already go on serving every shop."""
    provider, shop = apps.get_model("payments", "Provider"), apps.get_model("catalog", "Shop")
    binding = apps.get_model("payments", "ProviderShop")
    shops = list(shop.objects.all())
    binding.objects.bulk_create([binding(provider=one, shop=each) for one in provider.objects.all() for each in shops])


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the roles that deal with money what they usually may do."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """Triggers, bindings and rights."""

    dependencies: ClassVar = [
        ("payments", "0002_refunds"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTION + ";" + TRIGGERS, UNDO),
        migrations.RunPython(bind, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
