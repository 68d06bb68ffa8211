"""Rosters: shifts across midnight, patterns, gaps; whose turn on-call it is; who stands in."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from steward.modules.people.rules import absence, on_call, presence, rosters, staffing, swaps
from steward.modules.people.rules.calendars import Span

START = datetime(2026, 3, 2, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
HOURS = st.integers(0, 72)


def span(first_h: int, last_h: int) -> Span:
    return Span(START + timedelta(hours=first_h), START + timedelta(hours=last_h))


spans = st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: span(*pair))


def test_a_night_shift_ends_on_the_next_day() -> None:
    night = rosters.shift_span(MONDAY, start_min=22 * 60, end_min=6 * 60, zone="Asia/Shanghai")
    assert night == Span(datetime(2026, 3, 2, 14, tzinfo=UTC), datetime(2026, 3, 2, 22, tzinfo=UTC))


def test_a_shift_that_ends_when_it_begins_lasts_a_day() -> None:
    whole = rosters.shift_span(MONDAY, start_min=480, end_min=480, zone="Asia/Shanghai")
    assert whole.ends_at - whole.starts_at == timedelta(days=1)


def test_a_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    night = rosters.shift_span(date(2026, 3, 28), start_min=22 * 60, end_min=6 * 60, zone="Europe/Berlin")
    assert night.ends_at - night.starts_at == timedelta(hours=7)


@given(st.lists(st.sampled_from(["early", "late", "night", ""]), min_size=1, max_size=20), st.integers(-400, 400))
def test_a_pattern_repeats_after_its_cycle(pattern: list[str], days: int) -> None:
    on = MONDAY + timedelta(days=days)
    again = on + timedelta(days=len(pattern))
    given_ = rosters.shift_on(pattern, anchor=MONDAY, offset_days=3, on=on)
    assert given_ == rosters.shift_on(pattern, anchor=MONDAY, offset_days=3, on=again)


@given(st.lists(st.sampled_from(["early", "late", ""]), min_size=1, max_size=12), st.integers(0, 30))
def test_who_is_days_ahead_of_a_pattern_works_today_what_others_work_then(pattern: list[str], offset: int) -> None:
    ahead = rosters.shift_on(pattern, anchor=MONDAY, offset_days=offset, on=MONDAY)
    assert ahead == rosters.shift_on(pattern, anchor=MONDAY, offset_days=0, on=MONDAY + timedelta(days=offset))


@given(st.lists(spans, max_size=8), st.lists(spans, max_size=3), st.integers(1, 3))
def test_an_hour_is_in_a_gap_exactly_when_too_few_are_there(
    present: list[Span],
    needed: list[Span],
    minimum: int,
) -> None:
    found = rosters.gaps(needed, present, minimum=minimum)
    for hour in range(73):
        at = START + timedelta(hours=hour)
        wanted = any(need.starts_at <= at < need.ends_at for need in needed)
        there = sum(duty.starts_at <= at < duty.ends_at for duty in present)
        assert any(gap.starts_at <= at < gap.ends_at for gap in found) == (wanted and there < minimum)


def test_no_minimum_leaves_no_gap() -> None:
    assert rosters.gaps([span(0, 24)], [], minimum=0) == []


def test_stretches_with_the_same_few_people_are_one_gap() -> None:
    found = rosters.gaps([span(0, 24)], [span(0, 8), span(8, 12)], minimum=2)
    assert [(gap.starts_at, gap.ends_at, gap.present) for gap in found] == [
        (START, START + timedelta(hours=12), 1),
        (START + timedelta(hours=12), START + timedelta(hours=24), 0),
    ]


def test_on_call_changes_hands_at_the_local_time_of_the_team() -> None:
    facts = {"anchor": MONDAY, "handover_min": 540, "period_days": 7, "zone": "Europe/Berlin"}
    before = datetime(2026, 3, 9, 7, 59, tzinfo=UTC)
    assert on_call.turn(before, **facts) == 0  # type: ignore[arg-type]
    assert on_call.turn(before + timedelta(minutes=1), **facts) == 1  # type: ignore[arg-type]


@given(st.integers(-60, 60), st.integers(0, 1439), st.integers(1, 28))
def test_a_turn_begins_with_its_own_first_instant(number: int, handover_min: int, period_days: int) -> None:
    begins = on_call.starts_at(
        number, anchor=MONDAY, handover_min=handover_min, period_days=period_days, zone="Asia/Shanghai"
    )
    found = on_call.turn(
        begins, anchor=MONDAY, handover_min=handover_min, period_days=period_days, zone="Asia/Shanghai"
    )
    assert found == number


@given(st.lists(st.integers(1, 50), unique=True, max_size=6), st.integers(-20, 20), st.sets(st.integers(1, 50)))
def test_nobody_away_is_on_call_and_the_two_differ(members: list[int], number: int, away: set[int]) -> None:
    primary, secondary = on_call.filled(members, number, away=away)
    assert primary not in away
    assert secondary not in away
    assert primary is None or primary != secondary
    assert (primary is None) == (set(members) <= away)


def test_an_override_takes_the_turn_and_nobody_has_both() -> None:
    assert on_call.filled([1, 2, 3], 0) == (1, 2)
    assert on_call.filled([1, 2, 3], 0, primary=2) == (2, 1)
    assert on_call.filled([1, 2, 3], 0, secondary=1) == (2, 1)
    assert on_call.filled([1, 2, 3], 0, primary=9, away={9}) == (1, 2)


def test_a_stand_in_who_is_away_hands_on() -> None:
    assert absence.stand_in(1, {1: 2, 2: 3}) == 3


def test_stand_ins_in_a_circle_are_nobody() -> None:
    assert absence.stand_in(1, {1: 2, 2: 1}) is None


def test_nobody_decides_on_their_own_leave_nor_on_one_they_asked_for() -> None:
    assert not absence.can_decide(7, absent=7, asked_by="person:7")
    assert not absence.can_decide(8, absent=7, asked_by="person:8")
    assert not absence.can_decide(None, absent=7, asked_by="person:7")
    assert absence.can_decide(8, absent=7, asked_by="person:7")


def test_every_transition_of_leave_and_swaps_ends_in_a_known_state() -> None:
    assert set(absence.TRANSITIONS.values()) <= set(absence.STATES)
    assert set(swaps.TRANSITIONS.values()) <= set(swaps.STATES)


def test_neither_of_two_who_swap_decides() -> None:
    assert [swaps.can_decide(who, asker=1, colleague=2) for who in (1, 2, 3, None)] == [False, False, True, False]


def test_presence_expires_by_itself() -> None:
    def at(minutes: float) -> str:
        return presence.state(
            START,
            "meeting",
            START + timedelta(minutes=3),
            now=START + timedelta(minutes=minutes),
            online_s=150,
            away_s=900,
        )

    assert [at(1), at(4), at(14), at(16)] == ["meeting", "away", "away", "offline"]


def test_what_somebody_said_ends_and_they_are_online_again() -> None:
    seen = START + timedelta(minutes=5)
    assert presence.state(seen, "break", START, now=seen, online_s=150, away_s=900) == "online"


def test_a_team_cannot_end_up_above_itself() -> None:
    parents: dict[str, str | None] = {"a": None, "b": "a", "c": "b"}
    assert staffing.leads_in_a_circle(parents, team="a", parent="c")
    assert not staffing.leads_in_a_circle(parents, team="c", parent="a")
