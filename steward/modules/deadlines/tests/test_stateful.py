"""The rows of clocks over a real database, held against the pure rules, whatever happens in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from steward.kernel import memory
from steward.kernel.actor import system
from steward.modules.deadlines import commands, rules
from steward.modules.deadlines.commands import (
    ClockDue,
    ClockPause,
    ClockStart,
    ClockStop,
    Owner,
    PolicyDraft,
    Restatement,
)
from steward.modules.deadlines.models import Clock, History
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.rules import Terms, clocks
from steward.modules.people import commands as people
from steward.modules.people.commands.calendars import CalendarDraft, save_calendar
from tests import make
from tests.make import NOW

TESTER = system("tests")
KIND = ("ticket", "stated")
STOP = ClockStop("ticket", 1, "stated")
URGENT = [{"fact": "urgency", "op": "is", "value": "urgent"}]
STEPS: dict[str, Any] = {
    "warnings": [{"share": 0.5}, {"before_s": 60}],
    "ladder": [{"after_s": 0, "verb": "notify"}, {"after_s": 1_800, "verb": "manager", "whom": "after_sales_manager"}],
}
TEAMS = ("team-a", "team-b")
gaps = some.one_of(some.integers(0, 3_000_000), some.integers(0, 100_000_000_000))
windows = some.integers(0, 20).map(lambda hour: ((hour * 60, hour * 60 + 120), (hour * 60 + 150, hour * 60 + 210)))


class ClockMachine(RuleBasedStateMachine):
    """One clock; every command changes the row as the rule changes the pure clock, sweeps come when they like."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        memory.forget_everything()
        self.now = NOW
        self.facts: dict[str, Any] = {}
        self.owner: int | None = None
        self.team_of: dict[int, str] = {}
        self.hours_of = dict(zip(TEAMS, TEAMS, strict=True))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        memory.forget_everything()

    @initialize(hours=windows, of_team=some.booleans())
    def begin(self, hours: Any, of_team: bool) -> None:
        self.of_team = of_team
        for code in ("drawn", *TEAMS):
            self._calendar(hours, code)
        for code in TEAMS:
            people.save_team(TESTER, code=code, draft=people.TeamDraft(name=code, calendar_code=code))
        self.people = [one.staff_id or 0 for one in (make.agent_wang(), make.clerk_lin())]
        for code, condition, rank in (("", [], 100), ("urgent", URGENT, 10)):
            draft = PolicyDraft(
                target_s=7_200,
                responsible_role="agent",
                calendar="drawn",
                team_calendar=of_team,
                condition=condition,
                rank=rank,
                **STEPS,
            )
            commands.add_policy(TESTER, subject_kind="ticket", clock_kind="stated", code=code, draft=draft)
        policies.forget_policies()
        commands.start_clocks(TESTER, starts=[ClockStart("ticket", 1, "stated", self.now)], now=self.now)
        self.terms = self._terms()
        self.clock = clocks.started(self.terms, target_s=7_200, at=self.now)

    def _calendar(self, hours: Any, code: str) -> None:
        draft = CalendarDraft(name="Drawn", zone="Europe/Berlin", week=[hours] * 7)
        save_calendar(TESTER, code=code, draft=draft, reason="drawn", now=self.now)
        policies.forget_policies()

    def _terms(self, target_s: int | None = None) -> Terms:
        """Read what is in force, by way of the same memory as the commands, for the target that counts."""
        policy = policies.policy_for(*KIND, self.facts)
        assert policy is not None
        team = self.team_of.get(self.owner or 0) if self.of_team else None
        code = self.hours_of[team] if team else "drawn"
        version = policies.calendar_in_force(code).version
        return policies.terms_of(policy, (code, version), target_s or policy.target_s)

    def _target_s(self) -> int:
        policy = policies.policy_for(*KIND, self.facts)
        assert policy is not None
        return policy.target_s

    def _realigned(self) -> None:
        target_s = self.clock.target_s if self.clock.external else self._target_s()
        new = self._terms(target_s)
        self.clock, _ = clocks.retermed(self.clock, self.terms, new, target_s=target_s, at=self.now)
        self.terms = new

    def _follow_hours(self) -> None:
        """Go by other hours where they are others now."""
        if self.clock.stopped_at is None and self._terms(self.clock.target_s).calendar != self.terms.calendar:
            self._realigned()

    @precondition(lambda self: self.clock.stopped_at is None)
    @rule(gap=gaps)
    def time_passes(self, gap: int) -> None:
        self.now += timedelta(microseconds=gap)

    @rule(late=some.integers(0, 3_600))
    def sweep(self, late: int) -> None:
        commands.sweep_due(TESTER, now=self.now - timedelta(seconds=late))

    @rule()
    def pause(self) -> None:
        commands.pause_clocks(TESTER, pauses=[ClockPause(*STOP, "waiting")], at=self.now)
        self.clock, _ = clocks.paused(self.clock, self.terms, self.now)

    @rule()
    def resume(self) -> None:
        commands.resume_clocks(TESTER, stops=[STOP], at=self.now)
        self.clock = clocks.resumed(self.clock, self.terms, self.now)

    @rule(target_s=some.integers(60, 20_000), code=some.sampled_from(["", "urgent"]))
    def change_policy(self, target_s: int, code: str) -> None:
        line = next(one for one in policies.active_policies() if (one.clock_kind, one.code) == ("stated", code))
        before = self._terms(self.clock.target_s)
        commands.set_time_limit(TESTER, policy_id=line.id, target_s=target_s)
        commands.realign_all(TESTER, kinds=[KIND], reason="tried", now=self.now)
        counts = policies.policy_for(*KIND, self.facts)
        if before is not self._terms(self.clock.target_s) and counts is not None and counts.code == code:
            self._realigned()

    @rule(urgency=some.sampled_from(["urgent", "normal"]))
    def change_urgency(self, urgency: str) -> None:
        before = policies.policy_for(*KIND, self.facts)
        self.facts = {"urgency": urgency}
        said = Restatement("ticket", 1, self.facts, owner_id=self.owner)
        commands.restate_facts(TESTER, restatements=[said], at=self.now, reason="corrected")
        if policies.policy_for(*KIND, self.facts) is not before and self.clock.stopped_at is None:
            self._realigned()

    @rule(hours=windows, code=some.sampled_from(["drawn", *TEAMS]))
    def edit_calendar(self, hours: Any, code: str) -> None:
        self._calendar(hours, code)
        commands.realign_all(TESTER, kinds=[KIND], reason="other hours", now=self.now)
        self._follow_hours()

    @precondition(lambda self: self.clock.stopped_at is None)
    @rule(whose=some.sampled_from([None, 0, 1]))
    def change_hands(self, whose: int | None) -> None:
        self.owner = None if whose is None else self.people[whose]
        commands.set_owners(TESTER, owners=[Owner(*STOP, self.owner)], at=self.now)
        self._follow_hours()

    @rule(whose=some.sampled_from([0, 1]), team=some.sampled_from(TEAMS))
    def change_team(self, whose: int, team: str) -> None:
        self.team_of[self.people[whose]] = team
        members = [people.MemberDraft(id_) for id_, known in self.team_of.items() if known == team]
        people.set_team_members(TESTER, team_code=team, members=members)
        commands.realign_all(TESTER, kinds=[KIND], owners=self.people, reason="other team", now=self.now)
        self._follow_hours()

    @rule(team=some.sampled_from(TEAMS), code=some.sampled_from(["drawn", *TEAMS]))
    def change_team_hours(self, team: str, code: str) -> None:
        self.hours_of[team] = code
        people.save_team(TESTER, code=team, draft=people.TeamDraft(name=team, calendar_code=code))
        commands.realign_all(TESTER, kinds=[KIND], owners=self.people, reason="other hours", now=self.now)
        self._follow_hours()

    @rule(ahead_s=some.integers(-3_600, 90_000))
    def date(self, ahead_s: int) -> None:
        due = self.now + timedelta(seconds=ahead_s)
        commands.set_due(TESTER, dues=[ClockDue(*STOP, due)], at=self.now)
        if self.clock.stopped_at is None and not (self.clock.external and self.clock.due_at == due):
            new = self._terms(clocks.target_until(self.clock.started_at, due))
            self.clock, _ = clocks.dated(self.clock, self.terms, new, due_at=due, at=self.now)
            self.terms = new

    @rule()
    def release(self) -> None:
        commands.release_due(TESTER, stops=[STOP], at=self.now)
        if self.clock.external and self.clock.stopped_at is None:
            new = self._terms()
            self.clock, _ = clocks.released(self.clock, self.terms, new, target_s=self._target_s(), at=self.now)
            self.terms = new

    @rule()
    def stop(self) -> None:
        commands.stop_clocks(TESTER, stops=[STOP], at=self.now)
        self.clock, _ = clocks.ended(self.clock, self.terms, self.now, "met")

    @precondition(lambda self: self.clock.stopped_at is not None)
    @rule(gap=some.integers(1, 10**9), whose=some.sampled_from([None, 0, 1]))
    def reopen(self, gap: int, whose: int | None) -> None:
        self.now += timedelta(microseconds=gap)
        self.owner = None if whose is None else self.people[whose]
        said = [Restatement("ticket", 1, self.facts, owner_id=self.owner)]
        opened = commands.reopen_clocks(TESTER, stops=[STOP], at=self.now, reason="not solved", restatements=said)
        assert opened == 1
        self.terms = self._terms()
        self.clock = clocks.started(self.terms, target_s=self._target_s(), at=self.now)

    @invariant()
    def the_row_says_what_the_rules_say(self) -> None:
        row = Clock.objects.order_by("-cycle").first()
        assert row is not None
        stored = rules.Clock(**{name: getattr(row, name) for name in rules.Clock.__struct_fields__})
        at = row.stopped_at or self.now
        assert rules.as_of(stored, self.terms, at)[0] == rules.as_of(self.clock, self.terms, at)[0]
        assert row.next_step_at == rules.next_step_at(stored, self.terms)
        marks = History.objects.filter(clock=row, what="breached").values_list("at", "due_at")
        assert all(at == due for at, due in marks)


@pytest.mark.django_db
def test_whatever_happens_the_rows_of_a_clock_say_what_the_rules_say() -> None:
    run_state_machine_as_test(
        ClockMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=14,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
