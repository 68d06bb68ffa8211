"""Seed what DSK-4 says of each limit beside its target: for whom it counts, warnings, the ladder, what a reply is."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MIN, HOUR = 60, 3_600
SEED = "system:seed"
URGENT = [{"fact": "urgency", "op": "is", "value": "urgent"}]
SPECIAL = [{"fact": "special", "op": "is", "value": True}]
BY_A_PERSON = [
    {"fact": "automatic", "op": "is", "value": False},
    {"fact": "author", "op": "is", "value": "staff"},
]


def ladder(*rungs: tuple[int, str, str]) -> list[dict[str, Any]]:
    """Write steps as (seconds after the due time, verb, whom)."""
    return [{"after_s": after_s, "verb": verb} | ({"whom": whom} if whom else {}) for after_s, verb, whom in rungs]


MANAGER = "after_sales_manager"
REPLY = {
    "pausable": False,
    "reply_rule": BY_A_PERSON,
    "warnings": [{"share": 0.6}],
    "ladder": ladder((0, "notify", ""), (5 * MIN, "reassign", "customer_service"), (15 * MIN, "manager", MANAGER)),
}
ANSWER = {
    "reply_rule": [],
    "warnings": [{"share": 0.75}],
    "ladder": ladder((0, "notify", ""), (30 * MIN, "reassign", "customer_service"), (HOUR, "manager", MANAGER)),
}
URGENT_CASE = {
    "condition": URGENT,
    "warnings": [{"share": 0.5}, {"share": 0.75}],
    "ladder": ladder(
        (0, "notify", ""),
        (15 * MIN, "reassign", "customer_service"),
        (30 * MIN, "manager", MANAGER),
        (HOUR, "on_call", ""),
    ),
}
OF_MANAGERS = {
    "rank": 10,
    "condition": SPECIAL,
    "warnings": [{"before_s": 4 * HOUR}],
    "ladder": ladder((0, "manager", MANAGER)),
}
# (subject, clock): what the seeded line of that kind says from now on.
MORE = {
    ("order", "order_audit"): {
        "warnings": [{"share": 0.75}],
        "ladder": ladder((0, "notify", ""), (30 * MIN, "manager", MANAGER)),
    },
    ("order", "order_mend"): {
        "warnings": [{"share": 0.75}],
        "ladder": ladder((0, "notify", ""), (30 * MIN, "manager", MANAGER)),
    },
    ("ticket", "first_reply"): REPLY,
    ("ticket", "preliminary_solution"): URGENT_CASE,
    ("ticket", "substantive_reply"): ANSWER,
    ("return", "inspection_decision"): {
        "warnings": [{"before_s": 4 * HOUR}, {"before_s": HOUR}],
        "ladder": ladder((0, "notify", ""), (2 * HOUR, "manager", MANAGER)),
    },
    ("complaint", "complaint_registered"): {
        "pausable": False,
        "warnings": [{"before_s": 4 * HOUR}],
        "ladder": ladder((0, "notify", ""), (2 * HOUR, "manager", MANAGER)),
    },
    ("complaint", "complaint_solved"): {
        "warnings": [{"before_s": 8 * HOUR}, {"before_s": 2 * HOUR}],
        "ladder": ladder((0, "manager", MANAGER), (4 * HOUR, "on_call", "")),
    },
    ("incident", "emergency_plan"): {
        "pausable": False,
        "warnings": [{"share": 0.5}, {"before_s": 15 * MIN}],
        "ladder": ladder((-30 * MIN, "notify", ""), (0, "manager", MANAGER), (15 * MIN, "on_call", "")),
    },
    ("incident", "report_to_customer"): {
        "pausable": False,
        "warnings": [{"before_s": 4 * HOUR}, {"before_s": HOUR}],
        "ladder": ladder((0, "manager", MANAGER), (HOUR, "on_call", "")),
    },
    ("call", "phone_answered"): {
        "pausable": False,
        "ladder": ladder((0, "notify", "supervisor"), (30, "reassign", "customer_service")),
    },
}
# (subject, clock, code, target, role): further lines for the same clock; the conditions of DSK-4.
LINES: tuple[tuple[str, str, str, int, str, dict[str, Any]], ...] = (
    ("ticket", "solution", "urgent", 4 * HOUR, "customer_service", {"rank": 50} | URGENT_CASE),
    ("ticket", "solution", "special", 48 * HOUR, MANAGER, OF_MANAGERS),
    ("ticket", "substantive_reply", "special", 24 * HOUR, MANAGER, OF_MANAGERS),
)
NOW_CONDITIONS = ("solution_non_urgent", "special_substantive_reply", "special_solution")


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Say more of the seeded lines nobody has changed, and make conditions of what were kinds of their own."""
    policy = apps.get_model("deadlines", "Policy")
    for (subject, clock), more in MORE.items():
        policy.objects.filter(subject_kind=subject, clock_kind=clock, code="", version=1, active=True).update(**more)
    for subject, clock, code, target_s, role, more in LINES:
        policy.objects.create(
            subject_kind=subject, clock_kind=clock, code=code, target_s=target_s, responsible_role=role, **more
        )
    policy.objects.filter(subject_kind="ticket", clock_kind__in=NOW_CONDITIONS, set_by=SEED).update(active=False)
    old = policy.objects.filter(subject_kind="ticket", clock_kind="solution", code="", active=True, set_by=SEED).first()
    if old is not None:
        policy.objects.filter(id=old.id).update(active=False)
        policy.objects.create(
            subject_kind="ticket",
            clock_kind="solution",
            version=old.version + 1,
            target_s=24 * HOUR,
            responsible_role="customer_service",
            warnings=[{"before_s": 4 * HOUR}, {"before_s": HOUR}],
            ladder=ladder((0, "notify", ""), (2 * HOUR, "manager", MANAGER)),
            reason="DSK-4",
        )


class Migration(migrations.Migration):
    """Say more of the first limits."""

    dependencies: ClassVar = [("deadlines", "0003_policies_calendars_history")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
