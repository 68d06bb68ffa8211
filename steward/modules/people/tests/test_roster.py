"""Rosters: nobody is on duty twice at once, patterns plan ahead, duties change hands with consent."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from steward.kernel.errors import BadInput, NotFound, NotPossible
from steward.modules.people import commands, queries
from steward.modules.people.commands import DutyDraft
from steward.modules.people.commands.rotations import UnfitPeriod
from steward.modules.people.commands.swapping import CannotSwap, DecidedByAnother, NotYours
from steward.modules.people.models import Duty, Swap
from steward.modules.people.tests.company import MONDAY, NOW, SETUP, kinds, number, person, plan, team

pytestmark = pytest.mark.django_db


def on_duty(hours: float = 0) -> list[str]:
    at = NOW + timedelta(hours=hours)
    return [each.name for each in queries.staff_on_duty("service", at=at)]


def test_somebody_is_on_duty_from_the_first_to_before_the_last_instant_of_a_shift() -> None:
    team()
    plan(person("ann"), ("early", 0))  # 08:00–16:00 in Shanghai; NOW is 10:00
    assert [on_duty(hours) for hours in (-2, 5.9, 6)] == [["Ann"], ["Ann"], []]
    assert on_duty(-2.1) == []


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    team()
    plan(person("ann"), ("late", 0), ("night", 1))
    assert on_duty(13.9) == ["Ann"]
    assert on_duty(14) == ["Ann"]


def test_planning_again_changes_nothing() -> None:
    team()
    ann = person("ann")
    plan(ann, ("early", 0))
    before = kinds()
    assert [answer.outcome for answer in plan(ann, ("early", 0))] == ["exists"]
    assert kinds() == before


def test_nobody_is_on_duty_in_two_teams_at_once() -> None:
    team()
    team("other")
    ann = person("ann")
    plan(ann, ("early", 0))
    assert [answer.outcome for answer in plan(ann, ("early", 0), ("late", 0), code="other")] == ["overlaps", "planned"]


def test_two_drafts_of_one_batch_are_held_against_each_other() -> None:
    team()
    ann = number(person("ann"))
    commands.save_shift(
        SETUP,
        team_code="service",
        code="whole",
        draft=commands.ShiftDraft(name="全天", start_min=480, end_min=480),
    )
    drafts = [DutyDraft(ann, "whole", MONDAY), DutyDraft(ann, "early", MONDAY)]
    answers = commands.plan_duties(SETUP, team_code="service", drafts=drafts)
    assert [answer.outcome for answer in answers] == ["planned", "overlaps"]


def test_the_database_itself_refuses_what_overlaps() -> None:
    team()
    ann = person("ann")
    plan(ann, ("early", 0))
    row = Duty.objects.get()
    row.id = None
    row.starts_at += timedelta(hours=7, minutes=59)
    row.ends_at += timedelta(hours=8)
    with pytest.raises(IntegrityError, match="duty_no_overlap"), transaction.atomic():
        row.save(force_insert=True)
    row.id, row.staff_id = None, number(person("ben"))
    row.save(force_insert=True)
    assert Duty.objects.count() == 2


def test_unknown_people_and_shifts_are_answers_and_the_rest_goes_in() -> None:
    team()
    ann = number(person("ann"))
    drafts = [DutyDraft(0, "early", MONDAY), DutyDraft(ann, "noon", MONDAY), DutyDraft(ann, "late", MONDAY)]
    answers = commands.plan_duties(SETUP, team_code="service", drafts=drafts)
    assert [answer.outcome for answer in answers] == ["unknown_person", "unknown_shift", "planned"]


def test_a_pattern_plans_weeks_ahead_and_only_what_is_missing() -> None:
    team()
    ann, ben = number(person("ann")), number(person("ben"))
    pattern = ["early", "late", "night", ""]
    commands.save_rotation(
        SETUP,
        team_code="service",
        code="round",
        name="四班倒",
        pattern=pattern,
        anchor_date=MONDAY,
        members={ann: 0, ben: 1},
    )
    period = {"first": MONDAY, "last": MONDAY + timedelta(days=7)}
    first = commands.apply_rotation(SETUP, team_code="service", code="round", **period)
    second = commands.apply_rotation(SETUP, team_code="service", code="round", **period)
    assert [each.outcome for each in first] == ["planned"] * 12
    assert [each.outcome for each in second] == ["exists"] * 12
    assert [each.draft.shift_code for each in first if each.draft.staff_id == ben][:3] == ["late", "night", "early"]


def test_a_pattern_of_unknown_shifts_is_refused() -> None:
    team()
    with pytest.raises(BadInput) as refusal:
        commands.save_rotation(
            SETUP, team_code="service", code="r", name="r", pattern=["noon"], anchor_date=MONDAY, members={}
        )
    assert [finding["field"] for finding in refusal.value.findings] == ["pattern"]


def test_nobody_plans_a_year_in_one_go() -> None:
    team()
    commands.save_rotation(
        SETUP, team_code="service", code="r", name="r", pattern=["early"], anchor_date=MONDAY, members={}
    )
    with pytest.raises(UnfitPeriod):
        commands.apply_rotation(SETUP, team_code="service", code="r", first=MONDAY, last=date(2027, 3, 2))


def test_a_cancelled_duty_frees_the_time_and_ends_the_swaps_around_it() -> None:
    team()
    ann, ben = person("ann", "warehouse"), person("ben", "warehouse")
    plan(ann, ("late", 0))
    duty = Duty.objects.get()
    commands.ask_swap(ann, duty_id=duty.id, colleague_id=number(ben), now=NOW)
    assert commands.cancel_duties(SETUP, duty_ids=[duty.id], reason="sick", now=NOW) == 1
    assert Swap.objects.get().state == "withdrawn"
    assert [answer.outcome for answer in plan(ann, ("late", 0))] == ["planned"]


def test_gaps_show_when_too_few_are_on_duty() -> None:
    team(minimum_on_duty=1)
    plan(person("ann"), ("night", 0), ("late", 0))
    plan(person("ben"), ("early", 1))
    midnight = NOW - timedelta(hours=10)
    found = queries.coverage_gaps("service", start=midnight, end=midnight + timedelta(days=1))
    assert [(gap.starts_at, gap.ends_at, gap.present) for gap in found] == [
        (midnight + timedelta(hours=8), midnight + timedelta(hours=16), 0)
    ]


class TestASwap:
    """Two exchange their duties: one asks, the other consents, a manager decides."""

    def exchange(self) -> tuple[int, Duty, Duty]:
        """Let Ann (late on Monday) ask Ben (late on Tuesday)."""
        team()
        ann, ben = person("ann", "warehouse"), person("ben", "warehouse")
        plan(ann, ("late", 0))
        plan(ben, ("late", 1))
        mine, theirs = Duty.objects.order_by("on_date")
        swap = commands.ask_swap(ann, duty_id=mine.id, for_duty_id=theirs.id, colleague_id=number(ben), now=NOW)
        return swap, mine, theirs

    def test_with_consent_and_approval_the_duties_change_hands(self) -> None:
        swap, mine, theirs = self.exchange()
        commands.answer_swap(person("ben"), swap_id=swap, consents=True, now=NOW)
        commands.decide_swap(person("boss", "supervisor"), swap_id=swap, approve=True, now=NOW)
        assert [
            duty.staff.username for duty in Duty.objects.filter(id__in=[mine.id, theirs.id]).order_by("on_date")
        ] == [
            "ben",
            "ann",
        ]

    def test_duties_at_the_same_time_in_two_teams_can_change_hands_too(self) -> None:
        team()
        team("other")
        ann, ben = person("ann", "warehouse"), person("ben", "warehouse")
        plan(ann, ("late", 0))
        plan(ben, ("late", 0), code="other")
        mine, theirs = Duty.objects.order_by("id")
        swap = commands.ask_swap(ann, duty_id=mine.id, for_duty_id=theirs.id, colleague_id=number(ben), now=NOW)
        commands.answer_swap(ben, swap_id=swap, consents=True, now=NOW)
        commands.decide_swap(person("boss", "supervisor"), swap_id=swap, approve=True, now=NOW)
        assert [duty.staff_id for duty in Duty.objects.order_by("id")] == [number(ben), number(ann)]

    def test_without_consent_nobody_can_approve(self) -> None:
        swap, mine, _theirs = self.exchange()
        with pytest.raises(NotPossible):
            commands.decide_swap(person("boss", "supervisor"), swap_id=swap, approve=True, now=NOW)
        mine.refresh_from_db()
        assert mine.staff.username == "ann"

    def test_neither_of_the_two_decides_even_as_a_manager(self) -> None:
        team()
        ann, ben = person("ann", "supervisor"), person("ben", "supervisor")
        plan(ann, ("late", 0))
        swap = commands.ask_swap(ann, duty_id=Duty.objects.get().id, colleague_id=number(ben), now=NOW)
        commands.answer_swap(ben, swap_id=swap, consents=True, now=NOW)
        for one in (ann, ben):
            with pytest.raises(DecidedByAnother):
                commands.decide_swap(one, swap_id=swap, approve=True, now=NOW)
        assert Duty.objects.get().staff_id == number(ann)

    def test_only_the_colleague_consents(self) -> None:
        swap, *_duties = self.exchange()
        with pytest.raises(NotYours):
            commands.answer_swap(person("ann"), swap_id=swap, consents=True, now=NOW)

    def test_nobody_gives_away_anothers_duty(self) -> None:
        _swap, _mine, theirs = self.exchange()
        cleo = person("cleo", "warehouse")
        with pytest.raises(NotYours):
            commands.ask_swap(cleo, duty_id=theirs.id, colleague_id=number(person("ann")), now=NOW)

    def test_a_colleague_who_is_busy_then_cannot_be_asked(self) -> None:
        _swap, mine, _theirs = self.exchange()
        cleo = person("cleo", "warehouse")
        plan(cleo, ("late", 0))
        Swap.objects.all().delete()
        with pytest.raises(CannotSwap):
            commands.ask_swap(person("ann"), duty_id=mine.id, colleague_id=number(cleo), now=NOW)

    def test_a_duty_that_has_begun_is_not_swapped(self) -> None:
        _swap, mine, _theirs = self.exchange()
        with pytest.raises(NotFound):
            commands.ask_swap(person("ann"), duty_id=mine.id, colleague_id=number(person("ben")), now=mine.starts_at)
