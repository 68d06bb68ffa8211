"""Leave with stand-ins, presence, on-call, managers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from steward.kernel.actor import Actor, NotPermitted
from steward.kernel.errors import BadInput, NotPossible
from steward.modules.people import commands, queries
from steward.modules.people.commands import LeaveDraft, MemberDraft
from steward.modules.people.commands.leave import LeavesShiftUncovered
from steward.modules.people.commands.presence import UnfitPresence
from steward.modules.people.commands.swapping import DecidedByAnother, NotYours
from steward.modules.people.models import Duty, Leave
from steward.modules.people.tests.company import MONDAY, NOW, SETUP, kinds, number, person, plan, team

pytestmark = pytest.mark.django_db


def ask(who: Actor, *, days: int = 1, delegate: Actor | None = None, by: Actor | None = None) -> int:
    """Ask for leave from an hour from now on."""
    start = NOW + timedelta(hours=1)
    draft = LeaveDraft(
        staff_id=number(who),
        kind="annual",
        starts_at=start,
        ends_at=start + timedelta(days=days),
        delegate_id=number(delegate) if delegate else None,
    )
    return commands.request_leave(by or who, draft=draft, now=NOW)


def approve(leave_id: int, *, confirm: bool = False) -> None:
    commands.decide_leave(
        person("boss", "supervisor"), leave_id=leave_id, approve=True, confirm_uncovered=confirm, now=NOW
    )


def test_approved_leave_takes_the_person_off_duty_and_withdrawing_it_puts_them_back() -> None:
    team()
    ann = person("ann", "warehouse")
    plan(ann, ("late", 0))
    leave = ask(ann)
    approve(leave)
    assert Duty.objects.get().state == "cancelled"
    commands.withdraw_leave(ann, leave_id=leave, now=NOW)
    assert Duty.objects.get().state == "planned"


def test_leave_that_leaves_a_shift_uncovered_has_to_be_confirmed() -> None:
    team(minimum_on_duty=1)
    ann = person("ann", "warehouse")
    plan(ann, ("late", 0))
    leave = ask(ann)
    person("boss", "supervisor")
    before = kinds()
    with pytest.raises(LeavesShiftUncovered, match="Service 03-02 16:00–00:00"):
        approve(leave)
    assert (Leave.objects.get().state, Duty.objects.get().state, kinds()) == ("requested", "planned", before)
    approve(leave, confirm=True)
    assert Leave.objects.get().state == "approved"


def test_leave_that_others_cover_needs_no_confirmation() -> None:
    team(minimum_on_duty=1)
    ann = person("ann", "warehouse")
    plan(ann, ("late", 0))
    plan(person("ben"), ("late", 0))
    approve(ask(ann))
    assert Leave.objects.get().state == "approved"


def test_nobody_is_planned_while_on_leave() -> None:
    team()
    ann = person("ann", "warehouse")
    approve(ask(ann))
    assert [answer.outcome for answer in plan(ann, ("late", 0))] == ["on_leave"]


def test_nobody_approves_their_own_leave() -> None:
    boss = person("boss", "supervisor")
    leave = ask(boss)
    with pytest.raises(DecidedByAnother):
        commands.decide_leave(boss, leave_id=leave, approve=True, now=NOW)
    assert Leave.objects.get().state == "requested"


def test_who_asked_for_another_does_not_approve_it() -> None:
    boss, ann = person("boss", "supervisor"), person("ann", "warehouse")
    leave = ask(ann, by=boss)
    with pytest.raises(DecidedByAnother):
        commands.decide_leave(boss, leave_id=leave, approve=True, now=NOW)


def test_without_the_permission_nobody_decides() -> None:
    leave = ask(person("ann", "warehouse"))
    with pytest.raises(NotPermitted):
        commands.decide_leave(person("ben", "warehouse"), leave_id=leave, approve=True, now=NOW)


def test_nobody_asks_for_leave_of_a_colleague() -> None:
    with pytest.raises(NotYours):
        ask(person("ann", "warehouse"), by=person("ben", "warehouse"))


def test_all_that_is_wrong_with_a_wish_for_leave_is_named_at_once() -> None:
    ann = person("ann", "warehouse")
    draft = LeaveDraft(staff_id=number(ann), kind="space", starts_at=NOW, ends_at=NOW, delegate_id=number(ann))
    with pytest.raises(BadInput) as refusal:
        commands.request_leave(ann, draft=draft, now=NOW)
    assert [finding["field"] for finding in refusal.value.findings] == ["kind", "ends_at", "delegate"]
    assert not Leave.objects.exists()


def test_two_leaves_of_one_person_do_not_overlap_not_even_in_the_database() -> None:
    ann = person("ann", "warehouse")
    ask(ann)
    with pytest.raises(BadInput):
        ask(ann)
    row = Leave.objects.get()
    row.id = None
    with pytest.raises(IntegrityError, match="leave_no_overlap"), transaction.atomic():
        row.save(force_insert=True)


def test_a_decided_leave_is_not_decided_again() -> None:
    leave = ask(person("ann", "warehouse"))
    approve(leave)
    with pytest.raises(NotPossible):
        approve(leave)


def test_a_stand_in_acts_while_somebody_is_away() -> None:
    ann, ben, cleo = (person(name, "warehouse") for name in ("ann", "ben", "cleo"))
    approve(ask(ann, delegate=ben))
    then = NOW + timedelta(hours=2)
    assert queries.stand_ins([number(ann), number(ben)], at=then) == {number(ann): number(ben)}
    assert queries.stands_in_for(number(ben), at=then) == [number(ann)]
    approve(ask(ben, delegate=cleo))
    assert queries.stand_ins([number(ann)], at=then) == {number(ann): number(cleo)}
    assert queries.stand_ins([number(ann)], at=NOW) == {}


def test_who_shall_stand_in_must_be_there() -> None:
    ann, ben = person("ann", "warehouse"), person("ben", "warehouse")
    approve(ask(ben))
    with pytest.raises(BadInput):
        ask(ann, delegate=ben)


class TestPresence:
    """Who is there, as their console and they themselves say."""

    def state(self, minutes: float) -> dict[int, str]:
        return dict(queries.present_staff(at=NOW + timedelta(minutes=minutes)))

    def test_a_heartbeat_fades_by_itself(self) -> None:
        ann = person("ann")
        commands.note_presence(ann, now=NOW)
        assert [self.state(minutes) for minutes in (1, 5, 20)] == [{number(ann): "online"}, {number(ann): "away"}, {}]

    def test_heartbeats_of_several_windows_are_written_once(self) -> None:
        ann = person("ann")
        written = [commands.note_presence(ann, now=NOW + timedelta(seconds=seconds)) for seconds in (0, 10, 29, 31)]
        assert written == [True, False, False, True]

    def test_a_break_ends_by_itself(self) -> None:
        ann = person("ann")
        commands.set_presence(ann, said="break", minutes=15, now=NOW)
        for minutes in (14, 16):
            commands.note_presence(ann, now=NOW + timedelta(minutes=minutes))
        assert [self.state(14)[number(ann)], self.state(16)[number(ann)]] == ["break", "online"]

    def test_somebody_is_back_before_their_meeting_ends(self) -> None:
        ann = person("ann")
        commands.set_presence(ann, said="meeting", minutes=60, now=NOW)
        commands.set_presence(ann, said="", now=NOW)
        assert self.state(1) == {number(ann): "online"}

    def test_a_state_without_end_is_refused(self) -> None:
        with pytest.raises(UnfitPresence):
            commands.set_presence(person("ann"), said="meeting", now=NOW)


class TestOnCall:
    """Who is on call."""

    def turns(self, *names: str) -> list[int]:
        team()
        ids = [number(person(name, "warehouse")) for name in names]
        commands.save_on_call(SETUP, team_code="service", staff_ids=ids, anchor_date=MONDAY)
        return ids

    def who(self, *, days: float = 0, code: str = "service") -> tuple[int | None, int | None]:
        found = queries.on_call(code, at=NOW + timedelta(days=days))
        assert found is not None
        return found.primary_id, found.secondary_id

    def test_turns_follow_each_other_week_by_week(self) -> None:
        ann, ben, cleo = self.turns("ann", "ben", "cleo")
        assert [self.who(days=days) for days in (0, 7, 14, 21)] == [(ann, ben), (ben, cleo), (cleo, ann), (ann, ben)]

    def test_who_is_on_leave_is_passed_over(self) -> None:
        _ann, ben, cleo = self.turns("ann", "ben", "cleo")
        approve(ask(person("ann")))
        assert self.who(days=0.5) == (ben, cleo)

    def test_an_override_counts_for_its_time(self) -> None:
        ann, ben, cleo = self.turns("ann", "ben", "cleo")
        override = commands.override_on_call(
            SETUP,
            team_code="service",
            tier="primary",
            staff_id=cleo,
            starts_at=NOW,
            ends_at=NOW + timedelta(days=1),
            reason="exam",
        )
        assert [self.who(days=days) for days in (0, 1)] == [(cleo, ann), (ann, ben)]
        commands.cancel_override(SETUP, override_id=override, now=NOW)
        assert self.who() == (ann, ben)

    def test_two_overrides_of_one_tier_do_not_overlap(self) -> None:
        _ann, ben, cleo = self.turns("ann", "ben", "cleo")
        for who, refused in ((ben, False), (cleo, True)):
            facts = {"tier": "primary", "staff_id": who, "starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}
            if refused:
                with pytest.raises(BadInput):
                    commands.override_on_call(SETUP, team_code="service", reason="x", **facts)  # type: ignore[arg-type]
            else:
                commands.override_on_call(SETUP, team_code="service", reason="x", **facts)  # type: ignore[arg-type]

    def test_a_team_without_turns_asks_the_team_above(self) -> None:
        ann, ben = self.turns("ann", "ben")
        team("night", parent_code="service")
        assert self.who(code="night") == (ann, ben)

    def test_without_turns_anywhere_nobody_is_on_call(self) -> None:
        team("alone")
        assert queries.on_call("alone", at=NOW) is None


class TestManagers:
    """Whom to ask next."""

    def test_the_nearest_manager_upwards_counts_and_never_oneself(self) -> None:
        top, lead, ann = (person(name) for name in ("top", "lead", "ann"))
        team("house", manager_id=number(top))
        team("service", manager_id=number(lead), parent_code="house")
        commands.set_team_members(
            SETUP, team_code="service", members=[MemberDraft(number(lead)), MemberDraft(number(ann))]
        )
        assert queries.manager_of(number(ann)) == number(lead)
        assert queries.manager_of(number(lead)) == number(top)
        assert queries.manager_of("service") == number(lead)
        assert queries.manager_of(number(top)) is None

    def test_a_team_above_itself_is_refused(self) -> None:
        team("a")
        team("b", parent_code="a")
        with pytest.raises(BadInput) as refusal:
            team("a", parent_code="b")
        assert [finding["field"] for finding in refusal.value.findings] == ["parent"]

    def test_somebodys_own_team_is_one(self) -> None:
        team("a")
        team("b")
        ann = number(person("ann"))
        for code in ("a", "b"):
            commands.set_team_members(SETUP, team_code=code, members=[MemberDraft(ann)])
        assert queries.team_of([ann]) == {ann: "b"}
        assert queries.team_staff("a") == [ann]

    def test_skills_and_capacity_are_kept_per_person(self) -> None:
        ann, ben = number(person("ann")), number(person("ben"))
        commands.add_skill(SETUP, code="german", name="德语")
        commands.set_abilities(SETUP, staff_id=ann, levels={"german": 3}, capacity=5)
        assert queries.has_skill(ann, "german", level=3)
        assert not queries.has_skill(ann, "german", level=4)
        assert queries.staff_with_skill("german") == {ann: 3}
        assert queries.capacities([ann, ben]) == {ann: 5, ben: 8}
