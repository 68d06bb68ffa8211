"""Exceptions: each fact once, with owner, clock and notice; muted, closed by themselves, counted by cause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import errors
from steward.kernel.models import Event
from steward.modules.catalog.models import Item
from steward.modules.deadlines import queries as deadlines
from steward.modules.messaging.models import Notice
from steward.modules.orders.commands import exceptions, exceptions_detecting, exceptions_muting
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.cancel import cancel_order
from steward.modules.orders.commands.exceptions_opening import Fact
from steward.modules.orders.models import ExceptionCase, ExceptionNote, Order
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def paid_order(number: str = "A-1", **changes: object) -> int:
    """Take in a paid order that waits for a person, because it lacks a street; return its id."""
    if not Item.objects.filter(sku="TENT-2").exists():
        make.item(stock=50)
    facts = {"payments": [make.payment(transaction=f"T-{number}")], "recipient": make.recipient(street="")}
    return make.order(number, **(facts | changes)).order_id  # type: ignore[arg-type]


def sweep(after: timedelta) -> exceptions_detecting.Swept:
    return exceptions_detecting.sweep(make.TESTER, now=make.NOW + after)


def case_of(code: str) -> ExceptionCase:
    return ExceptionCase.objects.select_related("detector").get(detector__code=code)


def muted_stock_lost() -> int:
    """Mute lost goods of orders from the interface for a day; return the mute's id."""
    return exceptions_muting.mute_exceptions(
        make.staff("zhao"),
        detector="stock_lost",
        condition=[{"fact": "source", "op": "is", "value": "api"}],
        until=make.NOW + timedelta(days=1),
        reason="counting the shelves",
        now=make.NOW,
    )


def test_a_paid_order_that_nobody_approves_opens_one_exception_however_often_one_looks() -> None:
    make.checker_chen()
    paid_order()

    first = sweep(5 * HOUR)
    second = sweep(6 * HOUR)

    assert first.opened >= 1
    assert second.opened == 0
    assert case_of("paid_not_approved").state == "open"


def test_nothing_is_seen_before_the_limit() -> None:
    paid_order()

    sweep(1 * HOUR)

    assert not ExceptionCase.objects.exists()


def test_the_person_on_duty_owns_it_and_is_told_once() -> None:
    chen = make.checker_chen()
    make.team(usernames=("chen",))
    make.duty("chen", "early", (make.NOW + 5 * HOUR).date())
    paid_order()

    sweep(5 * HOUR)
    sweep(5 * HOUR)

    case = case_of("paid_not_approved")
    assert case.owner_id == chen.staff_id
    told = Notice.objects.filter(
        staff_id=chen.staff_id or 0, template="exception_opened", dedupe_key=f"exception:{case.id}"
    )
    assert told.count() == 1


def test_where_nobody_is_on_duty_the_role_is_told_and_its_queue_has_it() -> None:
    chen = make.checker_chen()
    paid_order()

    sweep(5 * HOUR)

    assert case_of("paid_not_approved").owner_id is None
    assert Notice.objects.filter(staff_id=chen.staff_id or 0, template="exception_opened").exists()


def test_an_urgent_one_has_an_hour_an_ordinary_one_a_working_day() -> None:
    order_id = paid_order()
    Order.objects.filter(id=order_id).update(fulfilment_state="released")

    sweep(5 * HOUR)

    clocks = {
        case.detector.code: deadlines.clocks_of("exception", case.id)[0]
        for case in ExceptionCase.objects.select_related("detector")
    }
    assert clocks["stock_lost"].target_s == 3_600
    assert clocks["address_trouble"].target_s == 27_000  # nine to twelve and half past one to six
    assert clocks["address_trouble"].due_at == make.NOW + timedelta(days=1) + 5 * HOUR


def test_it_closes_itself_when_the_fact_is_gone() -> None:
    order_id = paid_order()
    sweep(5 * HOUR)

    cancel_order(make.manager_zhao(), order_id=order_id, cause="customer", reason="x", now=make.NOW + 5 * HOUR)
    done = sweep(6 * HOUR)

    case = case_of("paid_not_approved")
    assert done.closed >= 1
    assert (case.state, case.outcome, case.automatic) == ("solved", "gone", True)
    assert deadlines.clocks_of("exception", case.id)[0].outcome == "met"


def test_what_closed_itself_opens_again_when_the_fact_is_back() -> None:
    order_id = paid_order()
    Order.objects.filter(id=order_id).update(fulfilment_state="released")
    sweep(HOUR)
    Order.objects.filter(id=order_id).update(fulfilment_state="promised")
    sweep(2 * HOUR)
    Order.objects.filter(id=order_id).update(fulfilment_state="released")

    done = sweep(3 * HOUR)

    case = case_of("stock_lost")
    assert (done.again, case.state, case.reopened, case.automatic) == (1, "open", 1, False)
    assert [clock.cycle for clock in deadlines.clocks_of("exception", case.id)] == [1, 2]


def test_what_a_person_solved_stays_solved_while_the_fact_holds() -> None:
    paid_order()
    sweep(5 * HOUR)
    case = case_of("paid_not_approved")

    exceptions.solve_exception(
        make.checker_chen(),
        exception_id=case.id,
        outcome="customer_agreed",
        cause="house_slow",
        now=make.NOW + 5 * HOUR,
    )
    sweep(6 * HOUR)

    assert case_of("paid_not_approved").state == "solved"


def test_none_is_solved_without_a_cause_and_nothing_changes() -> None:
    paid_order()
    sweep(5 * HOUR)
    case = case_of("paid_not_approved")

    with pytest.raises(exceptions.CauseMissing):
        exceptions.solve_exception(make.checker_chen(), exception_id=case.id, outcome="money_settled", now=make.NOW)

    assert case_of("paid_not_approved").state == "open"
    assert not ExceptionNote.objects.filter(case=case).exists()


def test_a_solved_one_cannot_be_solved_again_but_opened_again() -> None:
    chen = make.checker_chen()
    paid_order()
    sweep(5 * HOUR)
    id_ = case_of("paid_not_approved").id
    exceptions.dismiss_exception(chen, exception_id=id_, reason="nothing wrong", now=make.NOW + 5 * HOUR)

    with pytest.raises(errors.NotPossible):
        exceptions.take_exceptions(chen, exception_ids=[id_], now=make.NOW)
    exceptions.reopen_exception(chen, exception_id=id_, reason="wrong after all", now=make.NOW + 6 * HOUR)

    assert case_of("paid_not_approved").state == "open"


def test_it_is_handed_only_to_those_who_may_work_it() -> None:
    paid_order()
    sweep(5 * HOUR)
    id_ = case_of("paid_not_approved").id
    sam = make.outsider_sam()

    with pytest.raises(exceptions.NotAColleague):
        exceptions.take_exceptions(make.checker_chen(), exception_ids=[id_], owner_id=sam.staff_id, now=make.NOW)

    assert case_of("paid_not_approved").owner_id is None


def test_a_mute_keeps_likes_silent_until_its_day_and_counts_them() -> None:
    zhao = make.manager_zhao()
    paid_order("A-1")
    sweep(5 * HOUR)
    condition = [{"fact": "source", "op": "is", "value": "api"}]
    mute_id = exceptions_muting.mute_exceptions(
        zhao,
        detector="paid_not_approved",
        condition=condition,
        until=make.NOW + timedelta(days=1),
        reason="the shop sends tests",
        now=make.NOW + 5 * HOUR,
    )
    paid_order("A-2")

    sweep(6 * HOUR)
    silent = ExceptionCase.objects.filter(mute_id=mute_id, state="muted").count()
    sweep(timedelta(days=2))

    assert silent == 2
    assert ExceptionCase.objects.filter(detector__code="paid_not_approved", state="open").count() == 2


def test_what_closed_itself_under_a_mute_comes_back_muted_and_wakes_with_its_mute() -> None:
    # given: a fact seen under a mute, which went away
    make.manager_zhao()
    make.checker_chen()
    order_id = paid_order()
    mute_id = muted_stock_lost()
    Order.objects.filter(id=order_id).update(fulfilment_state="released")
    sweep(HOUR)
    Order.objects.filter(id=order_id).update(fulfilment_state="promised")
    sweep(2 * HOUR)
    assert case_of("stock_lost").state == "solved"
    # when: it comes back under the mute
    Order.objects.filter(id=order_id).update(fulfilment_state="released")
    done = sweep(3 * HOUR)
    # then: it is as silent as it was
    case = case_of("stock_lost")
    assert (done.muted, done.again) == (1, 0)
    assert (case.state, case.mute_id, case.reopened, case.automatic) == ("muted", mute_id, 1, False)
    assert deadlines.clocks_of("exception", case.id) == []
    assert not Notice.objects.filter(dedupe_key=f"exception:{case.id}").exists()
    # and when the mute is over, it stands open like any other
    sweep(timedelta(days=2))
    case = case_of("stock_lost")
    assert (case.state, case.mute_id) == ("open", None)
    assert len(deadlines.clocks_of("exception", case.id)) == 1


def test_what_closed_itself_under_a_mute_and_comes_back_after_it_is_as_if_new() -> None:
    # given: a fact seen under a mute, which went away before the mute ended
    zhao, _chen = make.manager_zhao(), make.checker_chen()
    order_id = paid_order()
    mute_id = muted_stock_lost()
    Order.objects.filter(id=order_id).update(fulfilment_state="released")
    sweep(HOUR)
    Order.objects.filter(id=order_id).update(fulfilment_state="promised")
    sweep(2 * HOUR)
    exceptions_muting.end_mute(zhao, mute_id=mute_id, now=make.NOW + 2 * HOUR)
    # when: it comes back
    Order.objects.filter(id=order_id).update(fulfilment_state="released")
    done = sweep(3 * HOUR)
    # then: a clock runs, people are told, and everybody hears of it once
    case = case_of("stock_lost")
    assert (done.again, case.state, case.mute_id) == (1, "open", None)
    assert case.opened_at == make.NOW + 3 * HOUR
    (clock,) = deadlines.clocks_of("exception", case.id)
    assert (clock.started_at, clock.stopped_at) == (make.NOW + 3 * HOUR, None)
    assert Notice.objects.filter(dedupe_key=f"exception:{case.id}").exists()
    assert Event.objects.filter(kind="orders.exception_opened", data__exception_id=case.id).count() == 1


@pytest.mark.parametrize("muted_when_open", [False, True])
def test_what_closed_itself_under_a_mute_and_is_opened_again_by_hand_is_as_if_new(muted_when_open: bool) -> None:
    # given: a fact seen under a mute, or muted once seen, which went away before the mute ended
    zhao, _chen = make.manager_zhao(), make.checker_chen()
    order_id = paid_order()
    Order.objects.filter(id=order_id).update(fulfilment_state="released")
    if muted_when_open:
        sweep(timedelta(0))
    muted_stock_lost()
    sweep(HOUR)
    Order.objects.filter(id=order_id).update(fulfilment_state="promised")
    sweep(2 * HOUR)
    before = case_of("stock_lost")
    assert before.state == "solved"
    # when
    exceptions.reopen_exception(zhao, exception_id=before.id, reason="not gone at all", now=make.NOW + 3 * HOUR)
    # then: a clock runs, and somebody is told
    case = case_of("stock_lost")
    assert (case.state, case.mute_id, case.reopened, case.opened_at) == ("open", None, 1, make.NOW + 3 * HOUR)
    running = [one for one in deadlines.clocks_of("exception", case.id) if one.stopped_at is None]
    assert [one.started_at for one in running] == [make.NOW + 3 * HOUR]
    assert Notice.objects.filter(dedupe_key=f"exception:{case.id}").exists()


def test_a_mute_without_a_fact_or_for_ever_is_refused() -> None:
    zhao = make.manager_zhao()

    for condition, days in (([], 1), ([{"fact": "source", "op": "is", "value": "api"}], 400)):
        with pytest.raises(exceptions_muting.UnfitMute):
            exceptions_muting.mute_exceptions(
                zhao,
                detector="stuck",
                condition=condition,
                until=make.NOW + timedelta(days=days),
                reason="x",
                now=make.NOW,
            )


def test_the_same_wish_is_recorded_once() -> None:
    wang = make.agent_wang()
    order_id = paid_order()

    first = exceptions.record_change_request(wang, order_id=order_id, wish="请改寄 公司", now=make.NOW)
    again = exceptions.record_change_request(wang, order_id=order_id, wish=" 请改寄  公司 ", now=make.NOW)

    assert first == again
    with pytest.raises(ReasonMissing):
        exceptions.record_change_request(wang, order_id=order_id, wish="  ", now=make.NOW)


def test_two_like_orders_of_one_buyer_are_probably_one() -> None:
    paid_order("A-1")
    paid_order("A-2")
    paid_order("A-3", quantity=2)

    sweep(HOUR)

    assert ExceptionCase.objects.filter(detector__code="duplicate").count() == 1


def test_past_orders_have_no_exceptions() -> None:
    order_id = paid_order()
    Order.objects.filter(id=order_id).update(historic=True)

    exceptions_detecting.note_facts(
        make.TESTER, code="late_twice", facts=[Fact(order_id, "late", order_id)], now=make.NOW
    )
    sweep(5 * HOUR)

    assert not ExceptionCase.objects.exists()


def test_a_detector_that_is_switched_off_sees_nothing_and_closes_what_it_saw() -> None:
    zhao = make.manager_zhao()
    paid_order()
    sweep(5 * HOUR)

    exceptions_muting.set_detector(
        zhao,
        code="paid_not_approved",
        active=False,
        limits={"after_s": 14_400},
        severity="high",
        responsible_role="order_checker",
        seen_version=1,
        reason="not now",
        now=make.NOW,
    )
    sweep(6 * HOUR)

    assert case_of("paid_not_approved").outcome == "gone"


def test_nobody_changes_a_detector_over_what_another_saved() -> None:
    with pytest.raises(errors.Stale):
        exceptions_muting.set_detector(
            make.manager_zhao(),
            code="stuck",
            active=True,
            limits={},
            severity="high",
            responsible_role="order_clerk",
            seen_version=7,
            reason="x",
            now=make.NOW,
        )
