"""Seed a plan for floods of orders."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

PLAN = {
    "code": "order-flood",
    "name": "订单高峰",
    "queue": "audit",
    "by_rule": True,
    "trigger": {"waiting": 200, "arriving_per_hour": None, "drain_min": 60, "calm_below": 40, "calm_min": 15},
    "actions": [{"kind": "raise_limits", "percent": 200}, {"kind": "postpone_low"}],
    "set_by": "system:seed",
}


class Migration(migrations.Migration):
    """The first plan."""

    dependencies: ClassVar = [("incidents", "0001_initial")]
    operations: ClassVar = [FirstRows("SurgePlan", lambda: [PLAN])]
