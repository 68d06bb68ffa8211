"""Seed within which time a case is decided where neither the policy nor a marketplace says another."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

HOUR = 3_600
DECISION = {
    "subject_kind": "return",
    "clock_kind": "case_decision",
    "target_s": 24 * HOUR,
    "responsible_role": "customer_service",
    "pausable": False,
    "warnings": [{"before_s": 4 * HOUR}, {"before_s": HOUR}],
    "ladder": [
        {"after_s": 0, "verb": "notify"},
        {"after_s": 4 * HOUR, "verb": "manager", "whom": "after_sales_manager"},
    ],
}


class Migration(migrations.Migration):
    """One limit."""

    dependencies: ClassVar = [
        ("returns", "0006_lifecycle"),
        ("deadlines", "0004_clocks_by_hand"),
        ("messaging", "0017_case_texts"),
        ("payments", "0002_append_only"),
    ]
    operations: ClassVar = [FirstRows("deadlines.Policy", lambda: [DECISION])]
