"""Seed within which time exchanges go on: chosen anew, paid, given back for what was sent in advance, charged."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

HOUR = 3_600


def limit(kind: str, hours: int, *, warned_h: int) -> dict[str, Any]:
    """Write one limit of after-sales; who missed it is told, and a manager after a day."""
    return {
        "subject_kind": "return",
        "clock_kind": kind,
        "target_s": hours * HOUR,
        "responsible_role": "customer_service",
        "pausable": False,
        "warnings": [{"before_s": warned_h * HOUR}],
        "ladder": [
            {"after_s": 0, "verb": "notify"},
            {"after_s": 24 * HOUR, "verb": "manager", "whom": "after_sales_manager"},
        ],
    }


def limits() -> list[dict[str, Any]]:
    """List the limits of exchanges; two are dated from outside, and these are what counts where they are not."""
    return [
        limit("exchange_choice", 24, warned_h=4),
        limit("exchange_payment", 48, warned_h=12),
        limit("exchange_goods", 7 * 24, warned_h=24),
        limit("exchange_charge", 7 * 24, warned_h=24),
    ]


class Migration(migrations.Migration):
    """Four limits."""

    dependencies: ClassVar = [("returns", "0008_exchanges"), ("deadlines", "0004_clocks_by_hand")]
    operations: ClassVar = [FirstRows("deadlines.Policy", limits)]
