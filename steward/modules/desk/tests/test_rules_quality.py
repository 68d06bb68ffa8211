"""The rules of quality review: scores, who may judge, samples, and how far two agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steward.modules.desk.rules import quality, sampling
from steward.modules.desk.rules.sampling import Candidate, Pick
from tests import make

NAMES = {"zh-hans": "准确", "zh-hant": "準確", "en": "True"}
SHEET = (
    quality.Criterion(code="accuracy", labels=NAMES, weight=30, critical=True),
    quality.Criterion(code="tone", labels=NAMES, weight=10),
    quality.Criterion(code="record", labels=NAMES, weight=10),
)
WEIGHTS = {"late": 9, "displeased": 4}


def test_a_score_is_the_weighted_share_of_the_points_rounded_half_up() -> None:
    assert quality.score(SHEET, 4, {"accuracy": 4, "tone": 3, "record": 0}) == quality.Score(75 + 0, ())


def test_what_does_not_apply_is_left_out_of_the_weights() -> None:
    assert quality.score(SHEET, 4, {"accuracy": 4, "tone": None, "record": 2}).percent == 88


def test_no_point_in_a_critical_criterion_fails_all() -> None:
    assert quality.score(SHEET, 4, {"accuracy": 0, "tone": 4, "record": 4}) == quality.Score(0, ("accuracy",))


@pytest.mark.parametrize("points", [{"accuracy": 4, "tone": 4}, {"accuracy": 5, "tone": 1, "record": 1}])
def test_points_that_are_missing_or_beyond_the_scale_are_refused(points: dict[str, int | None]) -> None:
    with pytest.raises(quality.UnfitPoints):
        quality.score(SHEET, 4, points)


def test_a_review_where_nothing_applies_has_no_result() -> None:
    with pytest.raises(quality.UnfitPoints):
        quality.score(SHEET, 4, {"accuracy": None, "tone": None, "record": None})


@given(some.fixed_dictionaries({one.code: some.integers(0, 4) for one in SHEET}))
def test_a_score_lies_between_nothing_and_everything(points: dict[str, int | None]) -> None:
    found = quality.score(SHEET, 4, points)
    assert 0 <= found.percent <= 100
    assert (found.percent == 100) == all(got == 4 for got in points.values())


def test_a_sheet_needs_names_in_every_language_and_codes_of_their_own() -> None:
    fit = {"code": "tone", "labels": NAMES}
    assert quality.parse_criteria([fit])[0].weight == 10
    for unfit in ([], [fit, fit], [fit | {"labels": {"en": "Tone"}}], [fit | {"weight": 0}], [fit | {"mood": 1}]):
        with pytest.raises(quality.UnfitSheet):
            quality.parse_criteria(unfit)


def test_nobody_judges_themselves_nor_twice() -> None:
    assert quality.may_review(1, 2)
    assert not quality.may_review(2, 2)
    assert not quality.may_review(1, 2, [1])
    assert not quality.may_review(None, 2)


def test_an_appeal_is_possible_once_and_in_time() -> None:
    assert quality.can("submitted", "appeal")
    assert not any(quality.can(state, "appeal") for state in ("open", "agreed", "appealed", "decided"))
    assert quality.is_appeal_in_time(make.NOW, make.NOW + timedelta(days=7), 7)
    assert not quality.is_appeal_in_time(make.NOW, make.NOW + timedelta(days=7, seconds=1), 7)


def test_two_who_score_alike_agree_and_two_who_score_apart_do_not() -> None:
    assert quality.agreement([(4, 4), (0, 0), (2, 2)]) == quality.Agreement(3, 100, 0.0, 1.0)
    apart = quality.agreement([(4, 0), (0, 4)])
    assert (apart.same_percent, apart.off, apart.kappa) == (0, 4.0, -1.0)
    assert quality.agreement([(4, 4), (4, 4)]).kappa is None
    assert quality.agreement([]).compared == 0


def test_only_criteria_that_applied_to_both_are_compared() -> None:
    assert quality.pairs_of({"a": 1, "b": None, "c": 2}, {"a": 3, "b": 1}) == [(1, 3)]


def work(agents: int = 3, tickets: int = 20, risky: int = 0) -> list[Candidate]:
    return [
        Candidate(agent * 100 + number, agent, frozenset({"late"}) if number < risky else frozenset())
        for agent in range(1, agents + 1)
        for number in range(tickets)
    ]


def drawn(candidates: list[Candidate], **facts: object) -> list[Pick]:
    asked = {"mode": "count", "amount": 2, "weights": WEIGHTS, "seed": "a"} | facts
    return sampling.draw(candidates, **asked)  # type: ignore[arg-type]


def test_every_agent_gets_their_share() -> None:
    picks = drawn(work())
    assert [pick.agent_id for pick in picks] == [1, 1, 2, 2, 3, 3]
    assert len({pick.ticket_id for pick in picks}) == 6
    assert [pick.agent_id for pick in drawn(work(tickets=1), mode="share", amount=5)] == [1, 2, 3]


def test_the_same_seed_draws_the_same_whatever_else_there_is() -> None:
    alone = [pick for pick in drawn(work()) if pick.agent_id == 2]
    assert alone == drawn([one for one in reversed(work()) if one.agent_id == 2])
    assert drawn(work()) != drawn(work(), seed="b")


def test_what_was_drawn_before_counts_towards_the_share() -> None:
    assert [pick.agent_id for pick in drawn(work(), taken={1: 2, 2: 1})] == [2, 3, 3]


def test_risky_work_is_drawn_more_often_and_the_rest_by_chance() -> None:
    picks = [pick for number in range(60) for pick in drawn(work(1, 20, risky=5), seed=str(number))]
    late = sum(pick.why == "late" for pick in picks)
    # A quarter of the work is risky and ten times as heavy: 77 % are expected, 25 % would be chance.
    assert 0.6 < late / len(picks) < 0.95
    assert {pick.why for pick in picks} == {"late", "random"}


def test_the_reason_of_a_pick_is_its_heaviest_risk() -> None:
    assert sampling.why({"late", "displeased", "long"}, WEIGHTS) == "late"
    assert sampling.why({"long"}, WEIGHTS) == "random"


def test_reviews_are_dealt_evenly_and_never_to_whom_they_are_about() -> None:
    picks = [Pick(number, number % 2 + 1, "random") for number in range(6)]
    dealt = sampling.deal(picks, [1, 2, 3], {})
    assert all(reviewer != pick.agent_id for reviewer, pick in zip(dealt, picks, strict=True))
    assert sorted(dealt.count(id_) for id_ in (1, 2, 3)) == [2, 2, 2]
    assert sampling.deal([Pick(1, 1, "random")], [1], {}) == [None]


@pytest.mark.parametrize(
    ("text", "displeased"),
    [
        ("等了三天没人管，我要投诉", True),
        ("這態度太差了", True),
        ("This is unacceptable", True),
        ("谢谢，很满意", False),
        ("Where is my parcel?", False),
    ],
)
def test_displeasure_is_read_from_words(text: str, displeased: bool) -> None:
    assert sampling.is_displeased(text) is displeased
