"""Give every currency of the first shops limits of its own; the manager edits them from then on."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

DAY_S = 86_400
CHECKER, FINANCE, MANAGER = "order_checker", "finance", "after_sales_manager"
# From which amount on, in minor units of the currency, how many people of which role have to agree.
LIMITS: dict[str, dict[str, list[tuple[int, int, str]]]] = {
    "order_entry": {
        "CNY": [(0, 1, CHECKER), (5_000_000, 2, CHECKER)],
        "HKD": [(0, 1, CHECKER), (5_000_000, 2, CHECKER)],
        "USD": [(0, 1, CHECKER), (700_000, 2, CHECKER)],
        "EUR": [(0, 1, CHECKER), (650_000, 2, CHECKER)],
        "GBP": [(0, 1, CHECKER), (550_000, 2, CHECKER)],
        "JPY": [(0, 1, CHECKER), (1_000_000, 2, CHECKER)],
        "BRL": [(0, 1, CHECKER), (3_500_000, 2, CHECKER)],
    },
    "refund": {
        "CNY": [(0, 0, ""), (50_000, 1, FINANCE), (1_000_000, 2, FINANCE)],
        "HKD": [(0, 0, ""), (50_000, 1, FINANCE), (1_000_000, 2, FINANCE)],
        "USD": [(0, 0, ""), (7_000, 1, FINANCE), (150_000, 2, FINANCE)],
        "EUR": [(0, 0, ""), (6_500, 1, FINANCE), (130_000, 2, FINANCE)],
        "GBP": [(0, 0, ""), (5_500, 1, FINANCE), (110_000, 2, FINANCE)],
        "JPY": [(0, 0, ""), (10_000, 1, FINANCE), (200_000, 2, FINANCE)],
        "BRL": [(0, 0, ""), (35_000, 1, FINANCE), (750_000, 2, FINANCE)],
    },
    "compensation": {
        "CNY": [(0, 0, ""), (5_000, 1, MANAGER), (100_000, 2, MANAGER)],
        "HKD": [(0, 0, ""), (5_000, 1, MANAGER), (100_000, 2, MANAGER)],
        "USD": [(0, 0, ""), (700, 1, MANAGER), (15_000, 2, MANAGER)],
        "EUR": [(0, 0, ""), (650, 1, MANAGER), (13_000, 2, MANAGER)],
        "GBP": [(0, 0, ""), (550, 1, MANAGER), (11_000, 2, MANAGER)],
        "JPY": [(0, 0, ""), (1_000, 1, MANAGER), (20_000, 2, MANAGER)],
        "BRL": [(0, 0, ""), (3_500, 1, MANAGER), (75_000, 2, MANAGER)],
    },
}


def tiers(kind: str) -> list[dict[str, Any]]:
    """Write the tiers of a kind as its policy row keeps them."""
    return [
        {"deciders": deciders, "role": role, "within_s": DAY_S, "currency": currency, "from_minor": bound}
        for currency, rows in LIMITS[kind].items()
        for bound, deciders, role in rows
    ]


def set_limits(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Replace limits nobody has touched; where something was asked under them, by a new version."""
    policy, request = apps.get_model("approvals", "Policy"), apps.get_model("approvals", "Request")
    for row in policy.objects.filter(kind__in=LIMITS, active=True, set_by="system:seed"):
        if request.objects.filter(policy=row).exists():
            policy.objects.filter(id=row.id).update(active=False)
            policy.objects.create(kind=row.kind, version=row.version + 1, tiers=tiers(row.kind), set_by="system:seed")
        else:
            policy.objects.filter(id=row.id).update(tiers=tiers(row.kind))


class Migration(migrations.Migration):
    """Limits by currency."""

    dependencies: ClassVar = [("approvals", "0002_four_eyes")]
    operations: ClassVar = [migrations.RunPython(set_limits, migrations.RunPython.noop)]
