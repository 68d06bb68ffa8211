"""Steps of the house's own: orders wait there until somebody has done them; built-in ones keep their order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.kernel.actor import NotPermitted
from steward.modules.deadlines import queries as deadlines
from steward.modules.orders import queries
from steward.modules.orders.commands import audit, own_steps, process, step_doing
from steward.modules.orders.models import Order, Step, StepDone
from steward.modules.orders.queries.process import process_steps
from steward.modules.orders.rules.process import BUILT_IN, can_stand_after, pending_before
from steward.modules.orders.rules.steps import StepDefinition, standing
from tests import make

db = pytest.mark.django_db
NAME = {"zh-hans": "电话确认", "zh-hant": "電話確認", "en": "Call the buyer"}
TEXTS = {"zh-hans": "致电确认。", "zh-hant": "致電確認。", "en": "Call and confirm."}


def add(after: str = "checked", **changes: Any) -> str:
    """Let manager Zhao put a step behind another one; return its code."""
    facts: dict[str, Any] = {"name": NAME, "responsible_role": "customer_service", "instruction": TEXTS}
    facts |= {"reason": "Dear goods", "now": make.NOW, "after": after} | changes
    code = process.add_step(make.TESTER, **facts)
    make.settle()
    return code


def paid_order(number: str = "A-1") -> Order:
    """Take in a paid order that nothing else keeps."""
    make.item(f"TENT-{number}", stock=1)
    order_id = make.order(number, sku=f"TENT-{number}", payments=[make.payment(transaction=f"T-{number}")]).order_id
    make.settle()
    return Order.objects.get(id=order_id)


@db
@pytest.mark.parametrize("after", ["received", "checked", "paid"])
def test_an_order_waits_at_an_own_step_until_it_is_done(after: str) -> None:
    code = add(after)
    order = paid_order()
    current = queries.order_detail(order.id).standing.current
    assert current is not None
    assert (order.state != "approved", current.code) == (True, code)
    step_doing.complete_step(make.agent_wang(), order_id=order.id, code=code, note="Reached", now=make.NOW)
    order.refresh_from_db()
    assert order.state == "approved"


@db
def test_nobody_approves_past_an_own_step() -> None:
    add("paid")
    order = paid_order()
    with pytest.raises(own_steps.StepsOpen):
        audit.approve_orders(make.checker_chen(), order_ids=[order.id], now=make.NOW)
    order.refresh_from_db()
    assert order.state == "audit"


@db
def test_an_own_step_has_its_limit_and_its_clock() -> None:
    code = add("paid", target_s=1_800)
    order = paid_order()
    kinds = {
        clock.kind: clock.target_s for clock in deadlines.clocks_of("order", order.id) if clock.outcome == "running"
    }
    assert kinds[f"step-{code}"] == 1_800
    step_doing.complete_step(make.agent_wang(), order_id=order.id, code=code, note="", now=make.NOW)
    running = [clock.kind for clock in deadlines.clocks_of("order", order.id) if clock.outcome == "running"]
    assert running == []


@db
def test_done_is_done_once() -> None:
    code = add("paid")
    order = paid_order()
    step_doing.complete_step(make.agent_wang(), order_id=order.id, code=code, note="", now=make.NOW)
    with pytest.raises(own_steps.NoSuchStep):
        step_doing.complete_step(make.agent_wang(), order_id=order.id, code=code, note="", now=make.NOW)
    assert StepDone.objects.count() == 1


@db
def test_orders_that_wait_at_a_retired_step_go_on() -> None:
    code = add("paid")
    order = paid_order()
    process.retire_step(make.TESTER, code=code, reason="No longer", now=make.NOW)
    make.settle()
    order.refresh_from_db()
    assert order.state == "approved"
    assert code not in [step.code for step in process_steps()]


@db
def test_an_own_step_is_put_elsewhere_and_built_in_ones_keep_their_order() -> None:
    code = add("received")
    process.move_step(make.TESTER, code=code, after="paid", reason="Later", now=make.NOW)
    order = [step.code for step in process_steps()]
    assert order.index(code) == order.index("paid") + 1
    assert [each for each in order if each in BUILT_IN] == list(BUILT_IN)


@db
@pytest.mark.parametrize("code", BUILT_IN)
def test_built_in_steps_are_neither_moved_nor_retired_and_say_why(code: str) -> None:
    with pytest.raises(process.BuiltIn):
        process.move_step(make.TESTER, code=code, after="received", reason="x", now=make.NOW)
    with pytest.raises(process.BuiltIn) as refused:
        process.retire_step(make.TESTER, code=code, reason="x", now=make.NOW)
    assert len(str(refused.value)) > 20
    assert Step.objects.filter(active=True, code=code).exists()


@db
@pytest.mark.parametrize("after", ["audit", "approved", "allocated", "delivered", "nowhere"])
def test_what_would_hold_nothing_up_is_no_place(after: str) -> None:
    with pytest.raises(process.UnfitPlace):
        add(after)
    assert not Step.objects.filter(manual=True).exists()


@db
def test_a_step_needs_a_name_in_every_language() -> None:
    with pytest.raises(process.UnfitStep):
        add(name=NAME | {"en": " "})


@db
def test_only_who_may_change_the_process_adds_steps() -> None:
    with pytest.raises(NotPermitted):
        process.add_step(
            make.clerk_lin(),
            after="checked",
            name=NAME,
            responsible_role="order_clerk",
            instruction=TEXTS,
            reason="x",
            now=make.NOW,
        )


def _process(own: list[int]) -> list[StepDefinition]:
    """Put own steps behind the built-in ones of these places."""
    found = []
    for place, code in enumerate(BUILT_IN):
        found.append(StepDefinition(code))
        found += [StepDefinition(f"own-{place}-{n}", manual=True) for n in range(own.count(place))]
    return found


@given(
    st.lists(st.integers(0, 2), max_size=4),
    st.sampled_from(["received", "checked", "audit", "approved", "completed", "cancelled"]),
    st.sampled_from(["unpaid", "paid"]),
    st.data(),
)
def test_an_open_order_stands_at_one_step_and_own_ones_show_where_they_were_put(
    own: list[int], state: str, payment: str, data: st.DataObject
) -> None:
    definitions = _process(own)
    codes = [each.code for each in definitions if each.manual]
    done = data.draw(st.sets(st.sampled_from(codes))) if codes else set()
    found = standing(
        state=state,
        payment_state=payment,
        fulfilment_state="promised",
        open_errors=0,
        definitions=definitions,
        done=done,
    )
    assert [step.code for step in found.steps] == [each.code for each in definitions]
    statuses = {step.code: step.status for step in found.steps}
    assert all(statuses[code] == "done" for code in done)
    assert list(statuses.values()).count("current") <= 1
    if state == "approved":
        assert not {statuses[code] for code in codes} & {"current", "waiting"}
    pending = pending_before("approve", [each.code for each in definitions], codes, sorted(done))
    if pending and state in ("received", "checked", "audit"):
        assert found.current is not None


def test_own_steps_stand_only_where_they_hold_something_up() -> None:
    assert [code for code in BUILT_IN if can_stand_after(code, BUILT_IN)] == ["received", "checked", "paid"]
