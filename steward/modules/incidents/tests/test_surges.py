"""Surge mode: on by hand or by rule, everything it changes is kept and undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from msgspec.structs import replace

from steward.kernel import errors, parameters
from steward.kernel.models import Parameter
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.incidents import commands, queries
from steward.modules.incidents.commands import PlanDraft, actions
from steward.modules.incidents.commands.actions import AUDIT, ORDER
from steward.modules.messaging.queries import notices
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.commands.progress import AUTO_LIMITS
from steward.modules.orders.commands.standing_still import follow_waits
from steward.modules.orders.commands.urgency import set_urgency
from steward.modules.orders.rules.drafts import LineDraft, Priority
from tests import make

pytestmark = pytest.mark.django_db
PRICE_MINOR = 300_000
FLOOD = "order-flood"


def in_audit(count: int, *, priority: Priority = "normal", first: int = 1, now: datetime = make.NOW) -> list[int]:
    """Take in paid orders of 6,000 yuan, which wait for a person: the limit is 5,000."""
    return [
        make.order(
            f"{priority}-{number}",
            now=now,
            lines=[LineDraft(sku="TENT-2", quantity=2, unit_price_minor=PRICE_MINOR)],
            payments=[make.payment(2 * PRICE_MINOR, f"T-{priority}-{number}")],
            priority=priority,
            **make.somebody(len(priority) * 1_000 + number),
        ).order_id
        for number in range(first, first + count)
    ]


def plan(code: str = FLOOD, *, waiting: int = 3, calm_below: int = 2, **changes: object) -> None:
    """Put a plan in force that begins as soon as a few wait."""
    seen = next((one.version for one in queries.plans() if one.code == code), 0)
    draft = PlanDraft(
        name="订单高峰",
        queue="audit",
        by_rule=True,
        trigger={"waiting": waiting, "calm_below": calm_below, "calm_min": 15},
        actions=[{"kind": "raise_limits", "percent": 200}, {"kind": "postpone_low"}],
    )
    commands.save_plan(make.TESTER, code=code, draft=replace(draft, **changes), reason="", seen_version=seen)


def minute(number: int = 0) -> str:
    """Let a minute of the watch pass. Returns what became of the audit queue."""
    now = make.NOW + timedelta(minutes=number)
    commands.sample_queue(make.TESTER, queue="audit", now=now)
    return commands.judge_queue(make.TESTER, queue="audit", now=now)


def test_a_queue_that_fills_switches_its_plan_on_once() -> None:
    make.item(price_minor=PRICE_MINOR, stock=100)
    plan()
    in_audit(2)
    assert minute() == ""
    in_audit(1, first=3)
    assert minute(1) == "started"
    assert minute(2) == "on"
    (surge,) = queries.active_surges()
    assert (surge.why, surge.most_waiting, surge.figures["waiting"]) == ("waiting", 3, 3)


def test_a_surge_approves_what_it_may_and_ends_as_it_was_before() -> None:
    make.item(price_minor=PRICE_MINOR, stock=100)
    plan()
    in_audit(3)
    before = dict(parameters.value(AUTO_LIMITS))
    minute()
    assert parameters.value(AUTO_LIMITS) == {"CNY": 2 * before["CNY"]}
    make.settle()
    assert minute(1) == "on"
    assert queries.load_of("audit", now=make.NOW).waiting == 0
    assert minute(16) == "ended"
    assert parameters.value(AUTO_LIMITS) == before
    (surge,) = queries.surge_page()
    assert (surge.state, surge.changes, surge.undone) == ("ended", 1, 1)


def test_a_limit_that_somebody_set_meanwhile_is_left_to_them() -> None:
    make.item(price_minor=PRICE_MINOR, stock=100)
    surge_id = commands.start_surge(make.staff("zhao"), plan_code=FLOOD, reason="双十一", now=make.NOW)
    parameters.set_parameter(make.TESTER, name=AUTO_LIMITS.name, new={"CNY": 700_000}, reason="by hand")
    commands.end_surge(make.staff("zhao"), surge_id=surge_id, reason="过去了", now=make.NOW)
    assert parameters.value(AUTO_LIMITS) == {"CNY": 700_000}
    (change,) = queries.changes_of(surge_id)
    assert change.left == "changed_since"


def begin(code: str, queue: str, percent: int) -> int:
    """Put a plan in force that raises the limits, and switch it on; return the surge's id."""
    plan(code, queue=queue, by_rule=False, actions=[{"kind": "raise_limits", "percent": percent}])
    return commands.start_surge(make.staff("zhao"), plan_code=code, reason="双十一", now=make.NOW)


def end(surge_id: int) -> None:
    """Switch a surge off."""
    commands.end_surge(make.staff("zhao"), surge_id=surge_id, reason="过去了", now=make.NOW + timedelta(hours=1))


@pytest.mark.parametrize("ends", [(0, 1), (1, 0)])
def test_of_two_surges_the_higher_limit_counts_and_after_both_it_is_as_before(ends: tuple[int, int]) -> None:
    before = dict(parameters.value(AUTO_LIMITS))
    surges = [begin("first", "audit", 200), begin("second", "mend", 150)]
    assert parameters.value(AUTO_LIMITS) == {"CNY": 2 * before["CNY"]}
    end(surges[ends[0]])
    left = (200, 150)[ends[1]]
    assert parameters.value(AUTO_LIMITS) == {"CNY": before["CNY"] * left // 100}
    end(surges[ends[1]])
    assert parameters.value(AUTO_LIMITS) == before


def test_a_limit_set_between_two_surges_stands_after_both() -> None:
    first = begin("first", "audit", 200)
    parameters.set_parameter(make.TESTER, name=AUTO_LIMITS.name, new={"CNY": 700_000}, reason="by hand")
    second = begin("second", "mend", 200)
    assert parameters.value(AUTO_LIMITS) == {"CNY": 1_400_000}
    end(first)
    assert parameters.value(AUTO_LIMITS) == {"CNY": 1_400_000}
    end(second)
    assert parameters.value(AUTO_LIMITS) == {"CNY": 700_000}


def test_a_surge_sees_the_limits_of_this_moment_not_those_remembered() -> None:
    # given: limits that somebody else's process has changed a moment ago
    parameters.value(AUTO_LIMITS)
    Parameter.objects.create(name=AUTO_LIMITS.name, version=1, value={"CNY": 700_000}, set_by="x", reason="x")
    # when
    end(begin("first", "audit", 200))
    # then
    assert parameters.value(AUTO_LIMITS) == {"CNY": 700_000}


def test_low_priority_waits_with_its_clock_standing_still_and_runs_on_afterwards() -> None:
    make.item(price_minor=PRICE_MINOR, stock=100)
    plan(actions=[{"kind": "postpone_low"}])
    (low,) = in_audit(1, priority="low")
    (urgent,) = in_audit(1, priority="urgent")
    in_audit(1)
    assert minute(10) == "started"
    clocks = deadlines.next_clocks(ORDER, [low, urgent])
    assert clocks[low].paused_reason == "postponed"
    assert clocks[urgent].due_at == make.NOW + timedelta(hours=1)
    assert queries.load_of("audit", now=make.NOW).waiting == 2
    (surge,) = queries.active_surges()
    commands.end_surge(make.staff("zhao"), surge_id=surge.id, reason="over", now=make.NOW + timedelta(minutes=70))
    (clock,) = [one for one in deadlines.clocks_of(ORDER, low) if one.kind == AUDIT]
    assert clock.due_at == make.NOW + timedelta(minutes=60 + 60)  # an hour later than it was


def test_low_priority_that_comes_during_a_surge_is_postponed_too() -> None:
    make.item(price_minor=PRICE_MINOR, stock=100)
    plan(actions=[{"kind": "postpone_low"}])
    in_audit(3)
    minute()
    (late,) = in_audit(1, priority="low", now=make.NOW + timedelta(minutes=2))
    minute(3)
    assert deadlines.next_clocks(ORDER, [late])[late].paused_reason == "postponed"


def test_what_is_postponed_is_neither_done_nor_gone_so_the_surge_goes_on() -> None:
    # given: a queue of which all but one are of low priority
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}])
    in_audit(4, priority="low")
    in_audit(1)
    # when: they are postponed, and nobody does anything for half an hour
    assert minute() == "started"
    assert [minute(number) for number in (1, 14, 16, 31)] == ["on"] * 4
    # then: the load says so, and nothing counts as done
    load = queries.load_of("audit", now=make.NOW + timedelta(minutes=31))
    assert (load.waiting, load.postponed) == (1, 4)
    samples = queries.samples_of("audit", since=make.NOW, until=make.NOW + timedelta(minutes=31))
    assert [one.done for one in samples] == [0, 0, 0, 0, 0]
    # when it ends: what waits again has not come anew, and is no surge again
    (surge,) = queries.active_surges()
    plan(actions=[{"kind": "postpone_low"}], waiting=9)
    commands.end_surge(make.staff("zhao"), surge_id=surge.id, reason="x", now=make.NOW + timedelta(minutes=31))
    assert minute(32) == ""
    assert queries.samples_of("audit", since=make.NOW, until=make.NOW + timedelta(minutes=32))[-1].arrived == 0


def test_more_than_a_handful_is_postponed_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    # given: batches of two, and no more than four at once
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    monkeypatch.setattr(actions, "AT_MOST", 4)
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}])
    orders = in_audit(7, priority="low")
    # when: two minutes pass
    found = []
    for number in (0, 1):
        minute(number)
        found.append(len(deadlines.standing_clocks(ORDER, AUDIT, orders, "postponed")))
    # then
    assert found == [4, 7]


def test_an_order_with_another_clock_that_is_due_first_is_postponed_and_runs_on_too() -> None:
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}], waiting=1, calm_below=1)
    (low,) = in_audit(1, priority="low")
    soon = make.NOW + timedelta(minutes=5)
    with transaction.atomic():
        start_clocks(make.TESTER, starts=[ClockStart(ORDER, low, "order_invoice", make.NOW, due_at=soon)], now=make.NOW)
    minute()
    assert deadlines.standing_clocks(ORDER, AUDIT, [low], "postponed") == {low}
    (surge,) = queries.active_surges()
    commands.end_surge(make.staff("zhao"), surge_id=surge.id, reason="x", now=make.NOW + timedelta(minutes=30))
    assert deadlines.open_clocks(ORDER, AUDIT, [low])[low].due_at == make.NOW + timedelta(minutes=90)


def test_an_order_that_waits_for_a_second_look_while_it_is_postponed_waits_for_that_alone() -> None:
    # given: an order of low priority that is postponed, and then waits for a second look
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}], waiting=1, calm_below=1)
    (low,) = in_audit(1, priority="low")
    minute()
    with transaction.atomic():
        one = lock_order(low)
        one.awaits_verification = True
        follow_waits(make.TESTER, [one], make.NOW + timedelta(minutes=10))
    # when: the surge ends first
    (surge,) = queries.active_surges()
    commands.end_surge(make.staff("zhao"), surge_id=surge.id, reason="x", now=make.NOW + timedelta(minutes=30))
    # then: the audit's time does not run during the second look
    assert deadlines.open_clocks(ORDER, AUDIT, [low])[low].paused_reason == "awaits_verification"
    (change,) = queries.changes_of(surge.id)
    assert change.left == "changed_since"


def test_an_order_that_was_looked_at_again_during_a_surge_is_postponed_again() -> None:
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}], waiting=1, calm_below=1)
    (low,) = in_audit(1, priority="low")
    minute()
    with transaction.atomic():
        one = lock_order(low)
        one.is_verified = True
        follow_waits(make.TESTER, [one], make.NOW + timedelta(minutes=1))
    assert deadlines.standing_clocks(ORDER, AUDIT, [low], "postponed") == {low}  # nobody waited: it stays postponed
    with transaction.atomic():
        one.is_verified, one.awaits_verification = False, True
        follow_waits(make.TESTER, [one], make.NOW + timedelta(minutes=1))
        one.is_verified, one.awaits_verification = True, False
        follow_waits(make.TESTER, [one], make.NOW + timedelta(minutes=2))
    assert deadlines.open_clocks(ORDER, AUDIT, [low])[low].running_since == make.NOW + timedelta(minutes=2)
    minute(3)
    assert deadlines.standing_clocks(ORDER, AUDIT, [low], "postponed") == {low}
    (surge,) = queries.active_surges()
    assert [one.subject_id for one in queries.changes_of(surge.id)] == [low]


def hurry(order_id: int, priority: Priority, number: int) -> None:
    """Let somebody set how urgent an order is, so many minutes later."""
    now = make.NOW + timedelta(minutes=number)
    set_urgency(make.TESTER, order_id=order_id, priority=priority, delivery_due_at=None, reason="x", now=now)


def test_a_postponed_order_that_becomes_urgent_runs_on_during_the_surge() -> None:
    # given: two orders of low priority that are postponed
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}], waiting=1, calm_below=1)
    hurried, low = in_audit(2, priority="low")
    assert minute() == "started"
    # when: somebody hurries one of them, and the surge goes on
    hurry(hurried, "urgent", 10)
    assert minute(11) == "on"
    # then: its clock runs with all its time left, the other stands still
    clocks = deadlines.open_clocks(ORDER, AUDIT, [hurried, low])
    assert clocks[hurried].running_since == make.NOW + timedelta(minutes=11)
    assert clocks[hurried].due_at == make.NOW + timedelta(minutes=11 + 60)
    assert clocks[low].paused_reason == "postponed"
    (surge,) = queries.active_surges()
    undone = {one.subject_id: (one.undone_at is not None, one.left) for one in queries.changes_of(surge.id)}
    assert undone == {hurried: (True, ""), low: (False, "")}
    # and when it is low again, it is postponed again
    hurry(hurried, "low", 12)
    minute(13)
    assert deadlines.standing_clocks(ORDER, AUDIT, [hurried, low], "postponed") == {hurried, low}
    assert [one.undone_at for one in queries.changes_of(surge.id)] == [None, None]


def test_a_hurried_order_that_waits_for_a_second_look_goes_on_waiting_for_it() -> None:
    # given: an order that is postponed, and then waits for a second look
    make.item(stock=100, price_minor=PRICE_MINOR)
    plan(actions=[{"kind": "postpone_low"}], waiting=1, calm_below=1)
    (low,) = in_audit(1, priority="low")
    minute()
    with transaction.atomic():
        one = lock_order(low)
        one.awaits_verification = True
        follow_waits(make.TESTER, [one], make.NOW + timedelta(minutes=5))
    # when: somebody hurries it
    hurry(low, "urgent", 10)
    minute(11)
    # then
    assert deadlines.open_clocks(ORDER, AUDIT, [low])[low].paused_reason == "awaits_verification"
    (surge,) = queries.active_surges()
    (change,) = queries.changes_of(surge.id)
    assert (change.undone_at, change.left) == (make.NOW + timedelta(minutes=11), "changed_since")


def test_people_of_the_team_who_are_not_on_duty_are_called() -> None:
    make.team(usernames=("wang", "chen"))
    make.duty("chen", "early", make.NOW.date())
    plan(actions=[{"kind": "call_in", "team": "service"}], by_rule=False)
    surge_id = commands.start_surge(make.staff("zhao"), plan_code=FLOOD, reason="直播", now=make.NOW)
    assert [one.subject for one in queries.changes_of(surge_id)] == ["王丽"]
    wang, chen = make.staff("wang"), make.staff("chen")
    assert notices.unread_count(wang.staff_id or 0) == 1
    assert notices.unread_count(chen.staff_id or 0) == 0


def test_a_surge_switched_on_by_hand_is_switched_off_by_hand() -> None:
    surge_id = commands.start_surge(make.staff("zhao"), plan_code=FLOOD, reason="演习", now=make.NOW)
    assert minute(1) == "on"
    assert minute(60) == "on"
    with pytest.raises(commands.AlreadySurging):
        commands.start_surge(make.staff("zhao"), plan_code=FLOOD, reason="再来", now=make.NOW)
    commands.end_surge(make.staff("zhao"), surge_id=surge_id, reason="完", now=make.NOW + timedelta(hours=2))
    assert queries.active_surges() == []


def test_a_sample_counts_what_came_and_what_was_done() -> None:
    make.item(price_minor=PRICE_MINOR, stock=100)
    in_audit(2)
    minute()
    in_audit(3, first=3)
    minute(1)
    now = make.NOW + timedelta(minutes=1)
    (_first, second) = queries.samples_of("audit", since=make.NOW, until=now)
    assert (second.waiting, second.arrived, second.done) == (5, 3, 0)
    assert queries.load_of("audit", now=now).arriving_per_hour == 180


def test_a_plan_somebody_else_changed_is_not_overwritten() -> None:
    wish: dict[str, Any] = {"trigger": {"calm_below": 1}, "actions": [{"kind": "postpone_low"}]}
    draft = PlanDraft(name="x", queue="audit", by_rule=False, **wish)
    with pytest.raises(errors.Stale):
        commands.save_plan(make.TESTER, code=FLOOD, draft=draft, reason="", seen_version=7)
