"""What order pages show of audit, credit, exceptions and whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from steward.interfaces.console.access import StaffRequest
from steward.kernel import moment
from steward.modules.orders.commands import auditing
from steward.modules.orders.commands.invoices import OVER_CREDIT
from steward.modules.orders.queries import OrderDetail, OrderRow, words
from steward.modules.orders.queries import exception_words as said
from steward.modules.orders.queries import exceptions as queries
from steward.modules.orders.rules import detectors
from steward.modules.orders.rules.process import CHOSEN
from steward.modules.people import queries as people

GRADE_TONES = {"new": "grey", "ordinary": "grey", "trusted": "green", "poor": "amber", "abused": "red"}
MOST_NAMES = 3


def of_order(request: StaffRequest, detail: OrderDetail) -> dict[str, Any]:
    """Collect what the page of one order shows beside the order itself."""
    now, order = moment.now(), detail.order
    waiting = auditing.waiting_of([order.id], now).get(order.id)
    is_live = not order.historic
    may_ask = request.actor.may("orders.exceptions") and is_live
    return {
        "exceptions": queries.exceptions_of_order(order.id),
        "may_request_change": may_ask and order.state not in detectors.ENDED_BY["change_request"],
        "audit_why": [words.word(said.AUDIT_REASONS, code) for code in waiting.reasons] if waiting else [],
        "credit": _credit(waiting) if detail.customer_id and is_live else None,
        "account": waiting.account if waiting else None,
        "invoice_due_at": detail.invoice_due_at,
        "over_credit": bool(waiting and set(waiting.reasons) & set(OVER_CREDIT)),
        "may_give_terms": request.actor.may("customers.terms") and bool(detail.customer_id) and is_live,
        "late_causes": late_causes() if waiting and waiting.late_since else [],
        "turn_people": _on_duty(detail.standing.current.responsible_role) if detail.standing.current else [],
    }


def of_queue(rows: Sequence[OrderRow]) -> dict[str, Any]:
    """Collect why each order of the audit queue waits for a person, whose credit it is, and what is late."""
    found = auditing.waiting_of([row.id for row in rows], moment.now())
    return {
        "waiting": {
            order_id: {
                "why": [words.word(said.AUDIT_REASONS, code) for code in one.reasons],
                "credit": _credit(one),
            }
            for order_id, one in found.items()
        },
        "late_causes": late_causes() if any(one.late_since for one in found.values()) else [],
    }


def late_causes() -> list[tuple[str, Any]]:
    """List why an audit can be late, as a choice."""
    return [(code, said.LATE_CAUSES[code]) for code in CHOSEN]


def _credit(waiting: auditing.Waiting | None) -> dict[str, Any] | None:
    if waiting is None or waiting.credit is None:
        return None
    grade = waiting.credit.grade
    return {"label": said.GRADES[grade], "tone": GRADE_TONES[grade], "history": waiting.credit.history}


def _on_duty(role: str) -> list[str]:
    """Name who of the role is on duty now."""
    has_role = set(people.staff_with_role(role)) if role else set()
    if not has_role:
        return []
    names = [one.name for one in people.staff_on_duty(at=moment.now()) if one.staff_id in has_role]
    return list(dict.fromkeys(names))[:MOST_NAMES]
