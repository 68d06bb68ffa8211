"""Let nobody rewrite the ledger of points and credit; say who may give, and who says where they are kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_wallet_entry
    FOR EACH ROW EXECUTE FUNCTION payments_append_only();
"""
UNDO = "DROP TRIGGER append_only ON payments_wallet_entry;"
RIGHTS = (
    ("after_sales_manager", "payments.wallets"),
    ("after_sales_manager", "payments.wallet_terms"),
    ("finance", "payments.wallets"),
    ("finance", "payments.wallet_terms"),
)


class Migration(migrations.Migration):
    """One trigger, some rights."""

    dependencies: ClassVar = [("payments", "0006_wallets"), ("people", "0007_places")]
    operations: ClassVar = [
        migrations.RunSQL(TRIGGER, UNDO),
        FirstRows(
            "people.RolePermission",
            lambda: [{"role": role, "permission": code} for role, code in RIGHTS],
            by={"role": "code"},
        ),
    ]
