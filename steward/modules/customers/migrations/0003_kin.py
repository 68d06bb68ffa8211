"""Say in one view who is one person with whom, and seed the first rules of merging and who may merge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

VIEW = """
CREATE VIEW customers_kin (customer_id, kin_id) AS
SELECT one.id, kin.id
FROM customers_customer AS one
CROSS JOIN LATERAL (
    SELECT coalesce(one.survivor_id, one.id) AS id
    UNION ALL
    SELECT other.id FROM customers_customer AS other WHERE other.survivor_id = coalesce(one.survivor_id, one.id)
) AS kin
"""
# A shop's or channel's own id of a buyer and what both have proved merge by themselves; the rest asks somebody.
RULES = (
    ("same-shop-buyer", "shop", "any", "do"),
    ("same-channel-account", "channel", "any", "do"),
    ("same-verified-phone", "phone", "both", "do"),
    ("same-verified-email", "email", "both", "do"),
    ("same-phone", "phone", "any", "propose"),
    ("same-email", "email", "any", "propose"),
)
ROLES = {
    "after_sales_manager": ("customers.edit", "customers.merge", "customers.merge_rules", "customers.erase"),
    "customer_service": ("customers.edit", "customers.merge"),
    "supervisor": ("customers.edit", "customers.merge"),
}


def first_rules() -> Iterator[Row]:
    """Name the rules."""
    for code, group, proof, acts in RULES:
        yield {"code": code, "group": group, "proof": proof, "acts": acts, "set_at": "now", "set_by": "system:seed"}


def permissions() -> Iterator[Row]:
    """Say who edits and merges customers."""
    for role, permitted in ROLES.items():
        yield from ({"role": role, "permission": permission} for permission in permitted)


class Migration(migrations.Migration):
    """A view, six rules, rights."""

    dependencies: ClassVar = [("customers", "0002_one_person"), ("people", "0002_first_roles")]
    operations: ClassVar = [
        migrations.RunSQL(VIEW, "DROP VIEW customers_kin"),
        FirstRows("MergeRule", first_rules),
        FirstRows("people.RolePermission", permissions, by={"role": "code"}),
    ]
