"""Hold decisions to another person than those involved, seed the first limits, and let roles decide."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# A CHECK sees its own row only, so a decision repeats who was involved; the foreign key holds the copy to the request,
# and since the request's own copy may not change, neither can be bent to let somebody decide in their own matter.
FOUR_EYES = """
ALTER TABLE approvals_request ADD CONSTRAINT approval_hands_once UNIQUE (id, hands);
ALTER TABLE approvals_decision ADD CONSTRAINT approval_hands_as_asked
    FOREIGN KEY (request_id, hands) REFERENCES approvals_request (id, hands);
ALTER TABLE approvals_decision ADD CONSTRAINT approval_four_eyes
    CHECK (strpos(hands, '|' || decided_by || '|') = 0 AND strpos(hands, '|' || for_person || '|') = 0);
ALTER TABLE approvals_request ADD CONSTRAINT approval_asker_involved CHECK (strpos(hands, '|' || asked_by || '|') > 0);
CREATE FUNCTION approvals_decision_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision stands as it was made' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON approvals_decision
    FOR EACH ROW EXECUTE FUNCTION approvals_decision_fixed();
CREATE FUNCTION approvals_hands_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who was involved does not change' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER hands_fixed BEFORE UPDATE OF hands, asked_by, needed, role ON approvals_request
    FOR EACH ROW EXECUTE FUNCTION approvals_hands_fixed();
"""
UNDO = """
DROP TRIGGER hands_fixed ON approvals_request;
DROP TRIGGER fixed ON approvals_decision;
DROP FUNCTION approvals_hands_fixed();
DROP FUNCTION approvals_decision_fixed();
ALTER TABLE approvals_request DROP CONSTRAINT approval_asker_involved;
ALTER TABLE approvals_decision DROP CONSTRAINT approval_four_eyes;
ALTER TABLE approvals_decision DROP CONSTRAINT approval_hands_as_asked;
ALTER TABLE approvals_request DROP CONSTRAINT approval_hands_once;
"""
DAY_S = 86_400


def tier(
    deciders: int, role: str = "", *, from_minor: int = 0, currency: str = "", within_s: int = DAY_S
) -> dict[str, Any]:
    """Write a tier as the policy row keeps it."""
    return {
        "deciders": deciders,
        "role": role,
        "within_s": within_s,
        "currency": currency,
        "from_minor": from_minor,
    }


def money(rows: list[tuple[int, int, str]]) -> list[dict[str, Any]]:
    """Write tiers in yuan; the other currencies have theirs in 0003."""
    return [tier(deciders, role, from_minor=bound, currency="CNY") for bound, deciders, role in rows]


POLICIES = {
    "order_entry": money([(0, 1, "order_checker"), (5_000_000, 2, "order_checker")]),
    "refund": money([(0, 0, ""), (50_000, 1, "finance"), (1_000_000, 2, "finance")]),
    "compensation": money([(0, 0, ""), (5_000, 1, "after_sales_manager"), (100_000, 2, "after_sales_manager")]),
    "stocktake": [tier(1, "after_sales_manager", within_s=3 * DAY_S)],
    "write_off": [tier(1, "after_sales_manager", within_s=3 * DAY_S)],
    "article": [tier(1, within_s=7 * DAY_S)],
    "leave": [tier(1, "after_sales_manager", within_s=3 * DAY_S)],
}
RIGHTS = {
    "order_checker": "approvals.view approvals.decide",
    "after_sales_manager": "approvals.view approvals.decide",
    "finance": "approvals.view approvals.decide",
    "supervisor": "approvals.view approvals.decide",
    "order_clerk": "approvals.view",
    "customer_service": "approvals.view",
    "warehouse": "approvals.view",
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the first limits and give the roles that decide their right."""
    policy = apps.get_model("approvals", "Policy")
    for kind, tiers in POLICIES.items():
        policy.objects.create(kind=kind, tiers=tiers)
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """Constraints across rows, limits and rights."""

    dependencies: ClassVar = [
        ("approvals", "0001_initial"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(FOUR_EYES, UNDO),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
