"""Seed the time limits of ORD-4, ORD-6 and DSK-4 and those of exceptions and claims; a manager changes them.

What DSK-4 and ORD-6 limit runs 24×7: the roster of those who reply, audit and answer the phone is round the clock, and
so is the customer's waiting (docs/decisions/0011). The second look at an entry pauses the audit's hour, so it has one of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

MIN, HOUR, DAY = 60, 3_600, 86_400
OFFICE_DAY = 7 * HOUR + 30 * MIN
CLERK, CHECKER, BUYER, FINANCE = "order_clerk", "order_checker", "customer", "finance"
SERVICE, MANAGER, COORDINATOR = "customer_service", "after_sales_manager", "logistics_coordinator"


def ladder(*rungs: tuple[int, str, str]) -> list[dict[str, Any]]:
    """Write steps as (seconds after the due time, verb, whom)."""
    return [{"after_s": after_s, "verb": verb} | ({"whom": whom} if whom else {}) for after_s, verb, whom in rungs]


def fact(name: str, value: object) -> dict[str, object]:
    """Write a condition on one fact."""
    return {"fact": name, "op": "is", "value": value}


QUICK = ladder((0, "notify", ""), (15 * MIN, "reassign", ""), (30 * MIN, "manager", MANAGER))
STEADY = ladder((0, "notify", ""), (30 * MIN, "reassign", ""), (HOUR, "manager", MANAGER))
SLOW = ladder((0, "notify", ""), (2 * HOUR, "manager", MANAGER))
TELL = ladder((0, "notify", ""))
BY_A_PERSON = [fact("automatic", False), fact("author", "staff")]
AT_THREE_QUARTERS = [{"share": 0.75}]
URGENT_CASE = {
    "condition": [fact("urgency", "urgent")],
    "warnings": [{"share": 0.5}, {"share": 0.75}],
    "ladder": ladder(
        (0, "notify", ""),
        (15 * MIN, "reassign", SERVICE),
        (30 * MIN, "manager", MANAGER),
        (HOUR, "on_call", ""),
    ),
}
OF_MANAGERS = {
    "rank": 10,
    "condition": [fact("special", True)],
    "warnings": [{"before_s": 4 * HOUR}],
    "ladder": ladder((0, "manager", MANAGER)),
}
OF_CLAIMS = {"warnings": AT_THREE_QUARTERS, "ladder": TELL}
OF_EXCEPTIONS = {"warnings": AT_THREE_QUARTERS, "ladder": STEADY}
AT_THE_DESK = {"warnings": AT_THREE_QUARTERS, "ladder": QUICK, "calendar": "service-desk"}
# subject, kind of clock, target in seconds, who is responsible, and what is not as usual
LIMITS: tuple[tuple[str, str, int, str, dict[str, Any]], ...] = (
    ("order", "order_payment", DAY, BUYER, {"warnings": [{"share": 30 * MIN / DAY}]}),
    ("order", "order_invoice", 30 * DAY, FINANCE, {"pausable": False}),
    ("order", "order_screening", HOUR, CHECKER, AT_THE_DESK),
    ("order", "order_audit", HOUR, CHECKER, {"warnings": AT_THREE_QUARTERS, "ladder": QUICK}),
    ("order", "order_mend", HOUR, CLERK, AT_THE_DESK),
    ("offer", "offer_answer", 2 * DAY, BUYER, {"pausable": False}),
    (
        "approval",
        "approval_decision",
        HOUR,
        CHECKER,
        {"code": "entry", "condition": [fact("kind", "order_entry")], **AT_THE_DESK},
    ),
    ("exception", "exception_solve", OFFICE_DAY, MANAGER, {"calendar": "cn-office", **OF_EXCEPTIONS}),
    (
        "exception",
        "exception_solve",
        4 * HOUR,
        MANAGER,
        {
            "code": "high",
            "rank": 20,
            "condition": [fact("severity", "high")],
            "calendar": "service-desk",
            **OF_EXCEPTIONS,
        },
    ),
    (
        "exception",
        "exception_solve",
        HOUR,
        MANAGER,
        {
            "code": "urgent",
            "rank": 10,
            "condition": [fact("severity", "urgent")],
            "warnings": AT_THREE_QUARTERS,
            "ladder": QUICK,
        },
    ),
    ("claim", "claim_submit", 5 * DAY, COORDINATOR, OF_CLAIMS),
    ("claim", "claim_answer", 15 * DAY, COORDINATOR, OF_CLAIMS),
    (
        "ticket",
        "first_reply",
        15 * MIN,
        SERVICE,
        {
            "pausable": False,
            "reply_rule": BY_A_PERSON,
            "warnings": [{"share": 0.6}],
            "ladder": ladder((0, "notify", ""), (5 * MIN, "reassign", SERVICE), (15 * MIN, "manager", MANAGER)),
        },
    ),
    ("ticket", "preliminary_solution", HOUR, SERVICE, URGENT_CASE),
    (
        "ticket",
        "substantive_reply",
        2 * HOUR,
        SERVICE,
        {
            "warnings": AT_THREE_QUARTERS,
            "ladder": ladder((0, "notify", ""), (30 * MIN, "reassign", SERVICE), (HOUR, "manager", MANAGER)),
        },
    ),
    ("ticket", "substantive_reply", DAY, MANAGER, {"code": "special", **OF_MANAGERS}),
    ("ticket", "solution", DAY, SERVICE, {"warnings": [{"before_s": 4 * HOUR}, {"before_s": HOUR}], "ladder": SLOW}),
    ("ticket", "solution", 4 * HOUR, SERVICE, {"code": "urgent", "rank": 50, **URGENT_CASE}),
    ("ticket", "solution", 2 * DAY, MANAGER, {"code": "special", **OF_MANAGERS}),
    (
        "return",
        "inspection_decision",
        DAY,
        "warehouse",
        {"warnings": [{"before_s": 4 * HOUR}, {"before_s": HOUR}], "ladder": SLOW},
    ),
    (
        "complaint",
        "complaint_registered",
        DAY,
        SERVICE,
        {"pausable": False, "warnings": [{"before_s": 4 * HOUR}], "ladder": SLOW},
    ),
    (
        "complaint",
        "complaint_solved",
        2 * DAY,
        MANAGER,
        {
            "warnings": [{"before_s": 8 * HOUR}, {"before_s": 2 * HOUR}],
            "ladder": ladder((0, "manager", MANAGER), (4 * HOUR, "on_call", "")),
        },
    ),
    (
        "incident",
        "emergency_plan",
        2 * HOUR,
        MANAGER,
        {
            "pausable": False,
            "warnings": [{"share": 0.5}, {"before_s": 15 * MIN}],
            "ladder": ladder((-30 * MIN, "notify", ""), (0, "manager", MANAGER), (15 * MIN, "on_call", "")),
        },
    ),
    (
        "incident",
        "report_to_customer",
        DAY,
        MANAGER,
        {
            "pausable": False,
            "warnings": [{"before_s": 4 * HOUR}, {"before_s": HOUR}],
            "ladder": ladder((0, "manager", MANAGER), (HOUR, "on_call", "")),
        },
    ),
    (
        "call",
        "phone_answered",
        30,
        SERVICE,
        {
            "pausable": False,
            "warnings": [{"share": 0.5}],
            "ladder": ladder((0, "notify", "supervisor"), (30, "reassign", SERVICE)),
        },
    ),
)


def limits() -> Iterator[Row]:
    """Write the first version of each limit."""
    for subject, clock, target_s, role, more in LIMITS:
        yield {
            "subject_kind": subject,
            "clock_kind": clock,
            "target_s": target_s,
            "responsible_role": role,
            **more,
        }


class Migration(migrations.Migration):
    """The first limits."""

    dependencies: ClassVar = [("deadlines", "0001_initial")]
    operations: ClassVar = [FirstRows("Policy", limits)]
