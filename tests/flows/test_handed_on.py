"""What is not done in time changes hands: the next on duty has it, both are told, and it stands on the record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import events as log
from steward.kernel import moment
from steward.kernel.actor import system
from steward.kernel.models import Event
from steward.modules.approvals import queries as approvals
from steward.modules.deadlines import commands as clocks
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import PolicyDraft, draft_of
from steward.modules.deadlines.events import ClockEscalated
from steward.modules.deadlines.queries import ClockView
from steward.modules.messaging.models import Notice
from steward.modules.orders import handlers as orders
from steward.modules.orders.commands.exceptions import record_change_request
from steward.modules.orders.queries import exceptions as desk
from steward.modules.people import commands as people
from steward.modules.people.commands import LeaveDraft
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW  # Monday, ten in the morning in Shanghai
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SWEEPER = system("deadlines.sweep")
NOTICES = ("clock_taken_over", "clock_handed_on", "clock_left_over")


def crew(*on_duty: str) -> None:
    """Put Wang and two colleagues into a team of customer service under Zhao, some of them on the early shift."""
    make.ROLES |= {"liu": ("刘洋", ["customer_service"]), "hu": ("胡静", ["customer_service"])}
    make.team(usernames=("wang", "liu", "hu"))
    for username in on_duty:
        make.duty(username, "early", NOW.date())


def staff_id(username: str) -> int:
    return make.staff(username).staff_id or 0


def a_wish(number: str = "A-1") -> int:
    """Let Mei ask for a change of an order; customer service has to see to it within four hours."""
    order = make.order(number, now=NOW)
    return record_change_request(make.agent_wang(), order_id=order.order_id or 0, wish="改成蓝色", now=NOW)


def sweep(at: datetime) -> None:
    """Let the sweep come by at an instant, with all that follows."""
    with moment.frozen(at):
        clocks.sweep_due(SWEEPER, now=at)
        make.settle()


def told_again() -> None:
    """Let the page of consequences hear every escalation once more, as a job that runs twice does."""
    heard = Event.objects.filter(kind=ClockEscalated.KIND).order_by("id")
    steps = [
        one
        for kind, data in heard.values_list("kind", "data")
        if isinstance(one := log.decode(kind, data), ClockEscalated)
    ]
    orders.on_clock_escalated_reassign_subjects(steps)


def clock_of(subject: str, id_: int) -> ClockView:
    return next(one for one in deadlines.clocks_of(subject, id_) if one.stopped_at is None)


def told(*usernames: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(template__in=NOTICES).order_by("id").values_list("staff_id", "template")
    names = {staff_id(username): username for username in usernames}
    return sorted((names[id_], template) for id_, template in rows)


def test_an_exception_goes_from_who_did_not_manage_to_the_next_on_duty() -> None:
    # given: Wang has the exception, Liu and Hu are on duty as well, and Liu has another one already
    make.item(stock=5)
    crew("wang", "liu", "hu")
    first = a_wish()
    assert desk.exception_detail(first).row.owner_id == staff_id("wang")
    second = a_wish("A-2")
    assert desk.exception_detail(second).row.owner_id == staff_id("liu")

    # when: the limit of four hours passes, and half an hour more
    sweep(NOW + 4 * HOUR + 31 * MINUTE)

    # then: Hu has the first one, since Hu had none; who, why and from whom stands in its history
    found = desk.exception_detail(first).row
    assert found.owner_id == staff_id("hu")
    clock = clock_of("exception", first)
    assert clock.owner_id == staff_id("hu")
    line = next(one for one in deadlines.histories_of([clock.id])[clock.id] if one.what == "reassigned")
    assert (line.owner_before, line.owner_after, line.reason) == (staff_id("wang"), staff_id("hu"), "on_duty")
    assert ("hu", "clock_taken_over") in told("wang", "liu", "hu", "zhao")
    assert ("wang", "clock_handed_on") in told("wang", "liu", "hu", "zhao")
    page = make.browser("wang").get(f"/exceptions/{first}").content.decode()
    assert "胡静" in page


def test_the_same_step_heard_twice_moves_it_once() -> None:
    make.item(stock=5)
    crew("wang", "liu", "hu")
    one = a_wish()
    sweep(NOW + 4 * HOUR + 31 * MINUTE)
    before = told("wang", "liu", "hu", "zhao")
    told_again()
    clock = clock_of("exception", one)
    assert [line.what for line in deadlines.histories_of([clock.id])[clock.id]].count("reassigned") == 1
    assert told("wang", "liu", "hu", "zhao") == before


def test_nobody_on_leave_takes_it_over() -> None:
    make.item(stock=5)
    crew("wang", "liu", "hu")
    one = a_wish()
    # given: Liu would be next, but goes on leave at noon; the duty ran until then
    leave = LeaveDraft(staff_id=staff_id("liu"), kind="sick", starts_at=NOW + 2 * HOUR, ends_at=NOW + 20 * HOUR)
    asked = people.request_leave(make.staff("liu"), draft=leave, now=NOW)
    people.decide_leave(make.manager_zhao(), leave_id=asked, approve=True, confirm_uncovered=True, now=NOW)
    sweep(NOW + 4 * HOUR + 31 * MINUTE)
    assert desk.exception_detail(one).row.owner_id == staff_id("hu")


def test_with_nobody_on_duty_it_goes_to_the_manager_and_says_so() -> None:
    make.item(stock=5)
    crew("wang")
    one = a_wish()
    sweep(NOW + 4 * HOUR + 31 * MINUTE)
    clock = clock_of("exception", one)
    line = next(each for each in deadlines.histories_of([clock.id])[clock.id] if each.what == "reassigned")
    assert (line.owner_after, line.reason) == (staff_id("zhao"), "manager")
    assert desk.exception_detail(one).row.owner_id == staff_id("zhao")


def test_with_nobody_on_duty_who_is_on_call_comes_before_the_manager() -> None:
    make.item(stock=5)
    crew("wang")
    people.save_on_call(
        make.TESTER, team_code="service", staff_ids=[staff_id("hu"), staff_id("liu")], anchor_date=NOW.date()
    )
    one = a_wish()
    sweep(NOW + 4 * HOUR + 31 * MINUTE)
    assert desk.exception_detail(one).row.owner_id == staff_id("hu")


def test_with_nobody_at_all_it_stays_and_that_is_told() -> None:
    make.item(stock=5)
    make.agent_wang()
    people.save_team(make.TESTER, code="service", draft=people.TeamDraft(name="客服一组"))
    one = a_wish()
    owner = desk.exception_detail(one).row.owner_id
    sweep(NOW + 4 * HOUR + 31 * MINUTE)
    clock = clock_of("exception", one)
    assert [line.what for line in deadlines.histories_of([clock.id])[clock.id]].count("not_reassigned") == 1
    assert desk.exception_detail(one).row.owner_id == owner
    assert told("wang") == [("wang", "clock_left_over")]


def checkers() -> None:
    """Put two checkers on duty; the first of them may enter orders as well."""
    make.ROLES |= {"qian": ("钱多", ["order_clerk", "order_checker"]), "sun": ("孙悦", ["order_checker"])}
    make.item(stock=50)
    make.team("checks", usernames=("qian", "sun"))
    for username in ("qian", "sun"):
        make.duty(username, "early", NOW.date(), team_code="checks")


def test_an_audit_nobody_sees_to_becomes_somebody_s() -> None:
    # given: an order above the limit waits for a person
    checkers()
    received = make.order(now=NOW, quantity=40, payments=[make.payment(40 * 19_900)])
    number, order_id = received.number, received.order_id or 0
    with moment.frozen(NOW):
        make.settle()
    # when: an hour and a quarter later nobody has audited it
    sweep(NOW + HOUR + 16 * MINUTE)
    # then: one of the checkers has it and reads it at the bell
    clock = clock_of("order", order_id)
    assert (clock.kind, clock.owner_id) == ("order_audit", staff_id("qian"))
    assert told("qian", "sun") == [("qian", "clock_taken_over")]
    assert "钱多" in make.browser("sun").get("/orders/?queue=audit").content.decode()
    page = make.browser("sun").get(f"/orders/{number}").content.decode()
    assert "“审核”未按时完成，现由钱多负责" in page


def test_the_second_look_never_goes_to_who_entered_the_order() -> None:
    # given: Qian, who may check as well, typed an order herself
    checkers()
    order_id = make.order(actor=make.staff("qian"), now=NOW, payments=[make.payment()]).order_id or 0
    with moment.frozen(NOW):
        make.settle()
    approval = approvals.approvals_of("order", [order_id])[0].id
    # when
    sweep(NOW + HOUR + 16 * MINUTE)
    # then: Sun has it, though Qian comes first otherwise
    assert clock_of("approval", approval).owner_id == staff_id("sun")
    assert told("qian", "sun") == [("sun", "clock_taken_over")]


def test_a_ladder_of_the_house_is_followed() -> None:
    make.item(stock=5)
    crew("wang", "liu")
    policy = next(
        one for one in deadlines.active_policies() if (one.clock_kind, one.code) == ("exception_solve", "high")
    )
    draft = draft_of(policy)
    ladder = [{"after_s": 0, "verb": "reassign", "whom": "customer_service"}]
    facts = {name: getattr(draft, name) for name in draft.__struct_fields__} | {"ladder": ladder}
    clocks.set_policy(make.manager_zhao(), policy_id=policy.id, draft=PolicyDraft(**facts), reason="更快转交")
    clocks.forget_policies()
    one = a_wish()
    sweep(NOW + 4 * HOUR + MINUTE)
    assert desk.exception_detail(one).row.owner_id == staff_id("liu")


def test_many_that_change_hands_at_once_ask_no_more_than_one() -> None:
    # given: the time of six wishes is over and nobody has heard of it yet
    make.item(stock=50)
    crew("wang", "liu", "hu")
    for number in range(6):
        a_wish(f"A-{number}")
    at = NOW + 4 * HOUR + 31 * MINUTE
    with moment.frozen(at):
        clocks.sweep_due(SWEEPER, now=at)
    rows = Event.objects.filter(kind=ClockEscalated.KIND, data__verb="reassign").order_by("id")
    heard = [log.decode(ClockEscalated.KIND, data) for data in rows.values_list("data", flat=True)]
    steps = [one for one in heard if isinstance(one, ClockEscalated)]
    assert len(steps) == 6

    # when: one is given away, then the five others together
    counts = []
    for some in (steps[:1], steps[1:]):
        with moment.frozen(at), CaptureQueriesContext(connection) as asked:
            orders.on_clock_escalated_reassign_subjects(some)
        counts.append(len(asked))

    # then
    assert len(told("wang", "liu", "hu", "zhao")) == 12
    assert counts[1] <= counts[0] + 4  # the rows of exceptions are written once per person
