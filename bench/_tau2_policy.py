"""Their policy as rows of Steward's own policy tables: what a house would set on its pages, and nothing in code.

Rules of changing orders, the return policy, limits of refunds and audits, screening, and what an agent may do.
"""

from datetime import datetime
from typing import Any

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.modules.approvals.commands import policies as approvals
from steward.modules.approvals.rules import Tier
from steward.modules.orders.commands.change_policing import save_change_policy
from steward.modules.orders.commands.screening_rules import save_and_activate
from steward.modules.orders.queries.change_policy import active_change_policy
from steward.modules.people.commands.roles import set_role_permission
from steward.modules.people.models import Role
from steward.modules.returns.commands.policies import save_policy
from steward.modules.returns.queries.policies import active_policy

SHOP, CURRENCY = "tau2", "USD"
NOTE = "the shop's own policy"
# Beyond what every agent may do: theirs cancel and keep addresses by themselves.
AGENT_MAY = ("orders.cancel", "customers.edit")
NO_LIMIT = 10**12
CHANGES: list[dict[str, Any]] = [
    {
        "code": "cancel_for_two_reasons",
        "kinds": ["cancel"],
        "causes": ["customer"],
        "reasons": ["no longer needed", "ordered by mistake"],
        "closed_by": ["lines"],
    },
    {
        "code": "other_variants_once",
        "kinds": ["lines"],
        "most": 1,
        "within_family": True,
        "in_stock": True,
    },
    {"code": "address_and_means", "kinds": ["address", "means"], "closed_by": ["lines"]},
    {
        "code": "nothing_else",
        "kinds": ["cancel_lines", "service", "split", "merge", "unmerge"],
        "offered": False,
    },
]


def _labels(text: str) -> dict[str, str]:
    return dict.fromkeys(("zh-hans", "zh-hant", "en"), text)


BLOCKED: dict[str, Any] = {  # nobody is on the list: their shop screens nothing
    "code": "blocked",
    "kind": "block_list",
    "weight": 100,
    "signal": "customer",
    "texts": _labels("On the list"),
}
RETURNS: list[dict[str, Any]] = [
    {
        "code": "not_here_yet",
        "labels": _labels("Not delivered yet"),
        "outcome": "refuse",
        "why": "not_delivered",
        "when": {"delivered": False},
    },
    {
        "code": "once",
        "labels": _labels("Returned or exchanged once"),
        "outcome": "refuse",
        "why": "once_only",
        "when": {"first": False},
    },
    {
        "code": "delivered",
        "labels": _labels("Delivered goods come back"),
        "when": {"kinds": ["return_refund", "exchange"], "delivered": True},
        "freight": "merchant",
        "automatic": {CURRENCY: NO_LIMIT},
    },
]


def set_up(manager: Actor, now: datetime) -> None:
    """Put the rules in force."""
    save_change_policy(manager, rules=CHANGES, note=NOTE, expected_version=active_change_policy().version)
    save_policy(manager, rules=RETURNS, note=NOTE, expected_version=active_policy().version)
    approvals.set_policy(manager, kind="refund", tiers=[Tier(deciders=0, currency=CURRENCY)], version=1)
    parameters.set_parameter(manager, name="orders.auto_audit_limits_minor", new={CURRENCY: 0}, reason=NOTE)
    # Their cards are looked at when an exchange is agreed, and pay when it is settled.
    parameters.set_parameter(manager, name="returns.exchange_card_pays_at_once", new=False, reason=NOTE)
    parameters.set_parameter(manager, name="returns.exchange_in_stock_only", new=True, reason=NOTE)
    save_and_activate(manager, name="none", hold_at=100, rules=[BLOCKED], reason=NOTE, now=now)
    role = Role.objects.get(code="customer_service")
    for permission in AGENT_MAY:
        set_role_permission(manager, role_id=role.id, permission=permission, granted=True)
