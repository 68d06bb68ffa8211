"""Where an order stands, whose turn it is, what comes next."""

from __future__ import annotations

import pytest

from steward.modules.orders.rules import steps

DEFINITIONS = [steps.StepDefinition("audit", "order-checker", {"en": "Check and approve."}, "audit")]


def stand(state: str, payment: str = "unpaid", fulfilment: str = "promised", errors: int = 0) -> steps.Standing:
    return steps.standing(
        state=state, payment_state=payment, fulfilment_state=fulfilment, open_errors=errors, definitions=DEFINITIONS
    )


@pytest.mark.parametrize(
    ("state", "current", "following"),
    [
        ("received", "checked", "paid"),
        ("checked", "paid", "audit"),
        ("audit", "audit", "allocated"),
        ("approved", "allocated", "shipped"),
    ],
)
def test_an_open_order_has_one_current_step_and_names_the_next(state: str, current: str, following: str) -> None:
    standing = stand(state)
    assert standing.current is not None
    assert (standing.current.code, standing.following) == (current, following)
    assert [step.status for step in standing.steps].count("current") == 1


def test_the_current_step_carries_role_instruction_and_clock() -> None:
    current = stand("audit", "paid").current
    assert current == steps.StepState("audit", "current", "order-checker", {"en": "Check and approve."}, "audit")


def test_a_payment_that_came_early_shows_as_done() -> None:
    by_code = {step.code: step.status for step in stand("received", "paid", errors=1).steps}
    assert (by_code["checked"], by_code["paid"], by_code["audit"]) == ("current", "done", "waiting")
    assert stand("received", "paid", errors=1).following == "audit"


@pytest.mark.parametrize(
    ("state", "fulfilment", "errors", "expected"),
    [
        ("received", "promised", 2, "mend_findings"),
        ("received", "short", 0, "wait_for_stock"),
        ("received", "short", 1, "mend_findings"),
        ("checked", "promised", 0, "wait_for_payment"),
        ("audit", "promised", 0, "audit_due"),
        ("completed", "released", 0, "ended"),
    ],
)
def test_the_hindrance_says_why_an_order_does_not_move(state: str, fulfilment: str, errors: int, expected: str) -> None:
    assert stand(state, fulfilment=fulfilment, errors=errors).hindrance == expected


def test_a_cancelled_order_has_no_current_step() -> None:
    standing = stand("cancelled", "refunded")
    assert (standing.current, standing.following) == (None, "")
    assert {step.code for step in standing.steps if step.status == "done"} == {"received", "paid"}


def test_a_completed_order_has_done_everything() -> None:
    assert {step.status for step in stand("completed", "paid").steps} == {"done"}
