"""Let the payment limit itself warn when the buyer is to be reminded; the limit of its own that did nothing ends."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEED = "system:seed"
AFTER_30_MIN_OF_24_H = [{"share": 1 / 48}]


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Warn after 30 minutes of 24 hours where nobody has changed the limit. Source: ORD-4."""
    policy = apps.get_model("deadlines", "Policy")
    of_orders = policy.objects.filter(subject_kind="order", code="", version=1, active=True, set_by=SEED)
    of_orders.filter(clock_kind="order_payment", warnings=[]).update(warnings=AFTER_30_MIN_OF_24_H)
    of_orders.filter(clock_kind="payment_reminder").update(active=False)


class Migration(migrations.Migration):
    """Remind by the payment limit."""

    dependencies: ClassVar = [("orders", "0012_first_exceptions"), ("deadlines", "0004_limits_of_service")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
