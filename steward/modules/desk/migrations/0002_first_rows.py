"""Seed who may work at the desk, and how soon a customer who writes again gets the next answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

SEE = ("tickets.view",)
WORK = (*SEE, "tickets.work")
LEAD = (*WORK, "tickets.manage", "tickets.supervise")
ROLES = {
    "after_sales_manager": (*LEAD, "settings.desk"),
    "customer_service": WORK,
    "technical_support": WORK,
    "logistics_coordinator": WORK,
    "order_clerk": SEE,
    "order_checker": SEE,
    "warehouse": SEE,
    "finance": SEE,
    "data_analyst": SEE,
    "trainer": SEE,
    "supervisor": LEAD,
}
MIN = 60
NEXT_REPLY = {
    "subject_kind": "ticket",
    "clock_kind": "next_reply",
    "target_s": 30 * MIN,
    "responsible_role": "customer_service",
    "pausable": False,
    "reply_rule": [
        {"fact": "automatic", "op": "is", "value": False},
        {"fact": "author", "op": "is", "value": "staff"},
    ],
    "warnings": [{"share": 0.6}],
    "ladder": [
        {"after_s": 0, "verb": "notify"},
        {"after_s": 15 * MIN, "verb": "reassign", "whom": "customer_service"},
        {"after_s": 30 * MIN, "verb": "manager", "whom": "after_sales_manager"},
    ],
}


def permissions() -> Iterator[Row]:
    """Give roles what they need at the desk."""
    return ({"role": role, "permission": code} for role, codes in ROLES.items() for code in codes)


class Migration(migrations.Migration):
    """Rights and the limit of the next reply (DSK-4)."""

    dependencies: ClassVar = [
        ("desk", "0001_initial"),
        ("people", "0005_first_calendars"),
        ("deadlines", "0004_clocks_by_hand"),
    ]
    operations: ClassVar = [
        FirstRows("people.RolePermission", permissions, by={"role": "code"}),
        FirstRows("deadlines.Policy", lambda: [NEXT_REPLY]),
    ]
