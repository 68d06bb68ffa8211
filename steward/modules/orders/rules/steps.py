"""Where an order stands, whose turn it is and what comes next: one row of steps read off the three axes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from msgspec import Struct

CODES = ("received", "checked", "paid", "audit", "approved", "allocated", "shipped", "delivered")
PAID = frozenset({"paid", "overpaid", "refunding", "partly_refunded", "refunded"})
# Where an approved order is, by what became of its goods; those nobody follows wait to be set aside.
GOODS = {"allocated": "shipped", "partly_shipped": "shipped", "shipped": "delivered", "delivered": "delivered"}
# The step that is being worked on while an order is in a business state; the steps before it are done.
CURRENT = {"received": "checked", "checked": "paid", "audit": "audit", "approved": "allocated"}

StepStatus = Literal["done", "current", "waiting", "skipped"]
Hindrance = Literal[
    "",
    "do_step",
    "mend_findings",
    "wait_for_stock",
    "wait_for_payment",
    "audit_due",
    "hand_over",
    "to_ship",
    "on_its_way",
    "ended",
]


class StepDefinition(Struct, frozen=True):
    """Say who does a step, what is to be done (by language) and which clock limits it; own steps carry a name."""

    code: str
    responsible_role: str = ""
    instruction: dict[str, str] = {}
    clock_kind: str = ""
    name: dict[str, str] = {}
    manual: bool = False


class StepState(Struct, frozen=True):
    """State of one step of one order."""

    code: str
    status: StepStatus
    responsible_role: str
    instruction: dict[str, str]
    clock_kind: str
    name: dict[str, str] = {}
    manual: bool = False


class Standing(Struct, frozen=True):
    """The whole row of steps; `current` is None once the order ended. `hindrance` says why it does not move on."""

    steps: list[StepState]
    current: StepState | None
    following: str
    hindrance: Hindrance


def standing(
    *,
    state: str,
    payment_state: str,
    fulfilment_state: str,
    open_errors: int,
    definitions: Sequence[StepDefinition] = (),
    done: Collection[str] = (),
) -> Standing:
    """Tell where the order stands, whose turn it is, what hinders it and what comes next.

    Steps nobody defined still show, without a role. Own steps stand where they were put; `done` names those somebody
    has done. Source: ORD-7.
    """
    known = {definition.code: definition for definition in definitions}
    statuses = _statuses(state, payment_state, fulfilment_state)
    order = _in_order(definitions)
    _place_own(statuses, order, done)
    steps = [_step(code, statuses[code], known.get(code, StepDefinition(code))) for code in order]
    current = next((step for step in steps if step.status == "current"), None)
    following = _following(current.code, statuses, order) if current else ""
    why = "do_step" if current and current.manual else hindrance(state, fulfilment_state, open_errors)
    return Standing(steps, current, following, why)


def _in_order(definitions: Sequence[StepDefinition]) -> list[str]:
    """List all steps in the order of the definitions; built-in ones nobody defined keep their own."""
    order = list(CODES)
    before = ""
    for definition in definitions:
        if definition.manual:
            order.insert(order.index(before) + 1 if before else 0, definition.code)
        if definition.manual or definition.code in order:
            before = definition.code
    return order


def _place_own(statuses: dict[str, StepStatus], order: Sequence[str], done: Collection[str]) -> None:
    """Say of own steps whether they are done, due or to come; one that is due comes before what stands behind it."""
    ended = "waiting" not in statuses.values() and "current" not in statuses.values()
    own = [code for code in order if code not in CODES]
    ahead = [code for code in order if statuses.get(code) in ("current", "waiting")]
    for code in own:
        behind = ahead and order.index(code) > order.index(ahead[0])
        approved = statuses["approved"] == "done"
        if code in done:
            statuses[code] = "done"
        elif ended or approved:
            statuses[code] = "skipped"
        else:
            statuses[code] = "waiting" if behind else "current"
    due = [code for code in order if statuses[code] == "current"]
    for code in due[1:]:
        statuses[code] = "waiting"


def hindrance(state: str, fulfilment_state: str, open_errors: int) -> Hindrance:
    """Name what keeps an order from its next step."""
    if state == "received":
        return "wait_for_stock" if fulfilment_state == "short" and not open_errors else "mend_findings"
    on_the_way: dict[str, Hindrance] = {"shipped": "to_ship", "delivered": "on_its_way"}
    reasons: dict[str, Hindrance] = {
        "checked": "wait_for_payment",
        "audit": "audit_due",
        "approved": on_the_way.get(GOODS.get(fulfilment_state, ""), "hand_over"),
    }
    return reasons.get(state, "ended")


def _statuses(state: str, payment_state: str, fulfilment_state: str) -> dict[str, StepStatus]:
    if state == "completed":
        return dict.fromkeys(CODES, "done")
    if state == "cancelled":
        # What the order had reached is in its timeline; the bar shows only what is certain.
        paid: StepStatus = "done" if payment_state in PAID else "skipped"
        return {**dict.fromkeys(CODES, "skipped"), "received": "done", "paid": paid}
    current = GOODS.get(fulfilment_state, "allocated") if state == "approved" else CURRENT[state]
    at = CODES.index(current)
    statuses: dict[str, StepStatus] = {}
    for position, code in enumerate(CODES):
        statuses[code] = "done" if position < at else "current" if position == at else "waiting"
    if payment_state in PAID:
        statuses["paid"] = "done"
    return statuses


def _step(code: str, status: StepStatus, definition: StepDefinition) -> StepState:
    return StepState(
        code,
        status,
        definition.responsible_role,
        definition.instruction,
        definition.clock_kind,
        definition.name,
        definition.manual,
    )


def _following(code: str, statuses: dict[str, StepStatus], order: Sequence[str]) -> str:
    """Name the next step that is still to come; 'approved' is the mark of a passed audit, nobody's work."""
    rest = order[order.index(code) + 1 :]
    return next((step for step in rest if step != "approved" and statuses[step] == "waiting"), "")
