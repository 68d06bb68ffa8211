"""Policies change by versions, and what runs counts by the one in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from steward.kernel import errors, moment
from steward.kernel.actor import NotPermitted, system
from steward.modules.deadlines import commands, handlers, queries
from steward.modules.deadlines.commands import ClockStart, PolicyDraft
from steward.modules.deadlines.commands.policies import PolicyExists, draft_of
from steward.modules.deadlines.events import PolicyChanged, PolicyRetired
from steward.modules.deadlines.models import Clock, History, Policy
from steward.modules.deadlines.queries.policies import PolicyView
from steward.modules.people.commands.calendars import CalendarDraft, save_calendar
from steward.modules.people.events import CalendarChanged
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, ten in the morning in Shanghai
HOUR = timedelta(hours=1)
TESTER = system("tests")
OFFICE = ((540, 1_080),)


def line(clock: str, code: str = "") -> PolicyView:
    return next(one for one in queries.active_policies() if (one.clock_kind, one.code) == (clock, code))


def start(kind: str, subject: str = "ticket", **facts: Any) -> None:
    commands.forget_policies()
    commands.start_clocks(TESTER, starts=[ClockStart(subject, 1, kind, NOW, facts or None)], now=NOW)


def calendar(hours: Any = OFFICE) -> None:
    draft = CalendarDraft(name="Office", week=[hours] * 5 + [()] * 2)
    save_calendar(TESTER, code="office", draft=draft, reason="hours", now=NOW)


def draft(**changes: Any) -> PolicyDraft:
    return replace(PolicyDraft(target_s=3_600, responsible_role="customer_service"), **changes)


@pytest.mark.parametrize(
    ("clock", "code", "target_h"),
    [
        ("first_reply", "", 0.25),
        ("preliminary_solution", "", 1),
        ("substantive_reply", "", 2),
        ("substantive_reply", "special", 24),
        ("solution", "urgent", 4),
        ("solution", "", 24),
        ("solution", "special", 48),
        ("inspection_decision", "", 24),
        ("order_audit", "", 1),
        ("complaint_registered", "", 24),
        ("complaint_solved", "", 48),
        ("emergency_plan", "", 2),
        ("report_to_customer", "", 24),
        ("phone_answered", "", 30 / 3_600),
    ],
)
def test_every_limit_of_the_requirements_is_a_row(clock: str, code: str, target_h: float) -> None:
    assert line(clock, code).target_s == round(target_h * 3_600)


def test_a_change_is_a_new_version_and_what_runs_is_recomputed_with_its_reason() -> None:
    start("substantive_reply")
    old = line("substantive_reply")
    new_id = commands.set_time_limit(make.manager_zhao(), policy_id=old.id, target_s=5_400, reason="Peak season")
    changed = PolicyChanged(
        policy_id=new_id,
        about_kind="ticket",
        clock_kind="substantive_reply",
        code="",
        before_s=7_200,
        after_s=5_400,
        fields=["target_s"],
        reason="Peak season",
    )
    with moment.frozen(NOW + HOUR / 2):
        handlers.on_policy_changed_realign_clocks([changed])
        handlers.on_policy_changed_realign_clocks([changed])
    clock = Clock.objects.get()
    assert (clock.due_at, clock.policy_id, clock.target_s) == (NOW + 1.5 * HOUR, new_id, 5_400)
    assert list(History.objects.values_list("what", "reason")) == [("recomputed", "Peak season")]
    assert [one.version for one in queries.policy_history(line("substantive_reply"))] == [2, 1]


def test_what_ran_under_a_retired_policy_goes_to_the_next_that_fits_or_ends() -> None:
    start("solution", urgency="urgent")
    start("first_reply")
    for kind, code in (("solution", "urgent"), ("first_reply", "")):
        gone = line(kind, code)
        commands.retire_policy(TESTER, policy_id=gone.id, reason="merged")
        retired = PolicyRetired(policy_id=gone.id, about_kind="ticket", clock_kind=kind, code=code, reason="merged")
        with moment.frozen(NOW):
            handlers.on_policy_retired_realign_clocks([retired])
    assert dict(Clock.objects.values_list("kind", "outcome")) == {"solution": "running", "first_reply": "cancelled"}
    assert Clock.objects.get(kind="solution").target_s == 24 * 3_600


def test_a_calendar_edit_recomputes_what_runs_under_it() -> None:
    calendar()
    policy = line("inspection_decision")
    commands.set_policy(TESTER, policy_id=policy.id, draft=replace(draft_of(policy), calendar="office"), reason="hours")
    start("inspection_decision", "return")
    assert Clock.objects.get().due_at == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)  # 8 h + 9 h + 7 h: Wednesday 16:00
    calendar(((540, 1_200),))
    with moment.frozen(NOW):
        handlers.on_calendar_changed_realign_clocks(
            [CalendarChanged(calendar_id=1, code="office", version=2, reason="Open longer")]
        )
    assert Clock.objects.get().due_at == datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # 10 h + 11 h + 3 h: Wednesday noon


def test_recomputing_goes_in_bounded_batches_and_leaves_what_is_right() -> None:
    commands.forget_policies()
    starts = [ClockStart("ticket", n, "first_reply", NOW) for n in range(1, 6)]
    commands.start_clocks(TESTER, starts=starts, now=NOW)
    commands.set_time_limit(TESTER, policy_id=line("first_reply").id, target_s=600)
    commands.forget_policies()
    kinds = [("ticket", "first_reply")]
    step = commands.realign_clocks(TESTER, kinds=kinds, reason="x", now=NOW, limit=3)
    assert (step.changed, step.last_id is not None) == (3, True)
    assert commands.realign_all(TESTER, kinds=kinds, reason="x", now=NOW) == 2
    assert commands.realign_all(TESTER, kinds=kinds, reason="x", now=NOW) == 0


def test_of_two_lines_the_lower_rank_counts_where_its_condition_holds() -> None:
    vip = draft(target_s=60, rank=1, condition=[{"fact": "level", "op": "in", "value": ["gold", "black"]}])
    commands.add_policy(
        make.manager_zhao(), subject_kind="ticket", clock_kind="first_reply", code="vip", draft=vip, reason="Gold"
    )
    start("first_reply", level="gold")
    assert Clock.objects.get().target_s == 60


def test_a_second_line_of_the_same_code_is_refused() -> None:
    with pytest.raises(PolicyExists):
        commands.add_policy(TESTER, subject_kind="ticket", clock_kind="first_reply", code="", draft=draft())


@pytest.mark.parametrize(
    "bad",
    [
        {"target_s": 0},
        {"condition": [{"fact": "level", "op": "like", "value": "x"}]},
        {"condition": [{"fact": "amount", "op": "at_least", "value": "much"}]},
        {"condition": [{"fact": "", "op": "is", "value": 1}]},
        {"condition": [{"fact": "level", "op": "is", "value": "\x00"}]},
        {"ladder": [{"after_s": 0, "verb": "notify", "whom": "\x00"}]},
        {"condition": [{"fact": "a", "op": "in", "value": "b"}]},
        {"warnings": [{"share": 1.5}]},
        {"warnings": [{"before_s": 7_200}]},
        {"warnings": [{"share": 0.5, "before_s": 60}]},
        {"ladder": [{"after_s": 0, "verb": "shout"}]},
        {"ladder": [{"after_s": 0, "verb": "notify"}] * 13},
        {"calendar": "moon"},
        {"responsible_role": ""},
        {"rank": 10_000},
    ],
)
def test_what_cannot_be_is_refused_and_leaves_the_policy_as_it_was(bad: dict[str, Any]) -> None:
    policy = line("first_reply")
    with pytest.raises(errors.Refusal):
        commands.set_policy(TESTER, policy_id=policy.id, draft=draft(**bad))
    assert line("first_reply") == policy


def test_a_version_that_was_replaced_cannot_be_changed() -> None:
    old = line("first_reply")
    commands.set_time_limit(TESTER, policy_id=old.id, target_s=60)
    with pytest.raises(errors.Stale):
        commands.set_time_limit(TESTER, policy_id=old.id, target_s=90)
    with pytest.raises(errors.NotFound):
        commands.set_time_limit(TESTER, policy_id=0, target_s=90)


def test_the_same_values_make_no_version() -> None:
    old = line("first_reply")
    assert commands.set_policy(TESTER, policy_id=old.id, draft=draft_of(old)) == old.id


def test_a_clerk_changes_no_policy() -> None:
    with pytest.raises(NotPermitted):
        commands.retire_policy(make.clerk_lin(), policy_id=line("first_reply").id, reason="?")
    assert Policy.objects.filter(clock_kind="first_reply", active=True).exists()


def test_a_preview_says_when_something_that_arrives_on_friday_evening_is_due() -> None:
    calendar()
    commands.forget_policies()
    preview = queries.due_preview(
        target_s=3_600,
        calendar="office",
        warnings=[{"share": 0.5}],
        ladder=[{"after_s": 1_800, "verb": "manager"}],
        started_at=datetime(2026, 3, 6, 9, 50, tzinfo=UTC),
    )
    monday = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
    assert preview.due_at == monday + timedelta(minutes=50)
    assert [(step.kind, step.at - monday) for step in preview.steps] == [
        ("warned", timedelta(minutes=20)),
        ("breached", timedelta(minutes=50)),
        ("escalated", timedelta(minutes=80)),
    ]
