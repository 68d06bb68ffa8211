"""The policy answers many asks by what the house knows of their lines; versions are kept, nonsense is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel.actor import NotPermitted
from steward.kernel.errors import Stale
from steward.kernel.models import Event
from steward.modules.catalog.commands import ReturnFacts, UnfitItem, set_return_facts
from steward.modules.logistics.tests import ship
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.models import Line
from steward.modules.orders.rules.drafts import LineDraft
from steward.modules.returns.commands import backtests, policies, reasons
from steward.modules.returns.models import Case, Piece, Policy, Reason
from steward.modules.returns.queries import policies as queries
from steward.modules.returns.queries.verdicts import Ask, verdicts
from steward.modules.returns.rules.policy_shapes import Verdict
from steward.modules.returns.rules.policy_shipped import SHIPPED
from steward.modules.returns.rules.reasons import ReasonDraft
from tests import make

pytestmark = pytest.mark.django_db


def rules(**changes: Any) -> list[dict[str, Any]]:
    """Return the first rules; `changes` are of the one that grants seven days."""
    written: list[dict[str, Any]] = msgspec.to_builtins(SHIPPED)
    return [one | changes if one["code"] == "seven_days" else one for one in written]


def delivered() -> Ask:
    """Let one tent arrive; return an ask to give it back for no reason."""
    shipment = ship.sent()
    ship.heard(ship.said("delivered", hours=20))
    line = Line.objects.get(order_id=shipment.order_id)
    return Ask(shipment.order_id, line.id, "return_refund", "no_reason")


def answer(ask: Ask, *, days: float = 2) -> Verdict:
    """Answer one ask so many days after the tests' moment."""
    return verdicts([ask], now=make.NOW + timedelta(days=days))[0]


def test_the_window_counts_from_the_delivery_of_the_parcel_the_goods_came_in() -> None:
    ask = delivered()

    assert (answer(ask).rule, answer(ask).version) == ("seven_days", 1)
    assert answer(ask, days=9).rule == "thirty_days_unopened"
    assert answer(ask, days=60).why == "too_late"


def test_what_is_on_its_way_has_not_been_delivered() -> None:
    shipment = ship.sent()
    line = Line.objects.get(order_id=shipment.order_id)

    assert answer(Ask(shipment.order_id, line.id, "return_refund", "no_reason")).why == "not_delivered"


def test_a_historic_order_without_parcels_counts_from_the_day_it_was_placed() -> None:
    make.item()
    order_id = make.order(now=make.NOW).order_id
    line = Line.objects.get(order_id=order_id)
    line.order.historic = True
    line.order.save(update_fields=["historic"])

    assert answer(Ask(order_id, line.id, "return_refund", "no_reason"), days=1).rule == "seven_days"


def test_a_line_of_another_order_and_an_unknown_reason_are_answers() -> None:
    ask = delivered()

    found = verdicts(
        [
            msgspec.structs.replace(ask, order_id=ask.order_id + 1),
            msgspec.structs.replace(ask, reason="whim"),
            ask,
        ],
        now=make.NOW + timedelta(days=2),
    )

    assert [one.why for one in found] == ["unknown_line", "unknown_reason", ""]


def test_a_reason_means_those_below_it() -> None:
    ask = msgspec.structs.replace(delivered(), reason="flawed", pictures=1)

    assert answer(ask).rule == "quality"


def test_what_the_catalogue_says_of_an_item_decides() -> None:
    ask = delivered()
    set_return_facts(make.TESTER, items=[ReturnFacts("TENT-2", "camp/tents", "custom_made", 12)])

    assert answer(ask).why == "excluded"
    told = Event.objects.get(kind="catalog.return_facts_set").data
    assert (told["return_class"], told["warranty_months"]) == ("custom_made", 12)
    with pytest.raises(UnfitItem):
        set_return_facts(make.TESTER, items=[ReturnFacts("NOBODY")])
    with pytest.raises(UnfitItem):
        set_return_facts(make.TESTER, items=[ReturnFacts("TENT-2", "Camp Tents")])


def test_many_asks_cost_as_many_statements_as_one() -> None:
    make.item()
    lines = [LineDraft(sku="TENT-2", quantity=1, unit_price_minor=100)] * 20
    order_id = make.order(lines=lines).order_id
    ids = list(Line.objects.filter(order_id=order_id).values_list("id", flat=True))
    asks = [Ask(order_id, id_, "exchange", "size") for id_ in ids]
    verdicts(asks[:1], now=make.NOW)

    counts = []
    for part in (asks[:1], asks):
        with CaptureQueriesContext(connection) as caught:
            verdicts(part, now=make.NOW)
        counts.append(len(caught))

    assert counts == [5, 5]


def test_a_new_version_decides_and_the_old_one_stays() -> None:
    ask = delivered()

    version = policies.save_policy(make.manager_zhao(), rules=rules(within_days=1), note="a try", expected_version=1)

    assert version == 2
    assert answer(ask, days=4).rule == "thirty_days_unopened"
    assert Policy.objects.get(active=True).version == 2
    assert queries.policy_of_version(1).rules == SHIPPED
    told = Event.objects.get(kind="returns.return_policy_set").data
    assert (told["rules"], told["note"]) == (["seven_days"], "a try")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"within_days": -1}, "rules.16.within_days"),
        ({"nonsense": 1}, "rules.16"),
        ({"when": {"reasons": ["whim"]}}, "rules.16.when.reasons"),
        ({"when": {"categories": ["shoes"]}}, "rules.16.when.categories"),
    ],
)
def test_rules_that_make_no_sense_are_refused_and_nothing_changes(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(policies.UnfitPolicy) as refused:
        policies.save_policy(make.manager_zhao(), rules=rules(**changes), note="x", expected_version=1)

    assert [one["field"] for one in refused.value.findings] == [field]
    assert refused.value.findings[0]["message"]
    assert Policy.objects.get().version == 1


def test_a_version_somebody_made_meanwhile_is_not_overwritten() -> None:
    policies.save_policy(make.manager_zhao(), rules=rules(within_days=8), note="first", expected_version=1)

    with pytest.raises(Stale):
        policies.save_policy(make.manager_zhao(), rules=rules(within_days=9), note="second", expected_version=1)

    assert queries.active_policy().note == "first"


def test_a_version_needs_a_note_and_the_right() -> None:
    with pytest.raises(ReasonMissing):
        policies.save_policy(make.manager_zhao(), rules=rules(), note=" ", expected_version=1)
    with pytest.raises(NotPermitted):
        policies.save_policy(make.agent_wang(), rules=rules(), note="x", expected_version=1)


def draft(**changes: Any) -> ReasonDraft:
    """Return a faultless reason."""
    words = {"zh-hans": "异味", "zh-hant": "異味", "en": "It smells"}
    return msgspec.convert({"labels": words, "fault": "merchant", "parent": "quality"} | changes, ReasonDraft)


def test_a_reason_is_added_with_its_questions_and_rules_mean_it_at_once() -> None:
    words = {"zh-hans": "问", "zh-hant": "問", "en": "Q"}
    question = {"code": "aired", "labels": words, "kind": "yes_no"}
    hint = {"answer": "no", "kind": "tutorial", "words": words, "link": "https://example.org/air"}
    reasons.save_reason(make.manager_zhao(), code="smells", draft=draft(questions=[question | {"guidance": [hint]}]))

    ask = msgspec.structs.replace(delivered(), reason="smells", pictures=1)
    branch = next(one for one in queries.reasons("en") if one.code == "quality")

    assert answer(ask).rule == "quality"
    assert [one.label for one in branch.branches if one.code == "smells"] == ["It smells"]
    assert next(one for one in branch.branches if one.code == "smells").questions[0].guidance[0].kind == "tutorial"
    assert Event.objects.get(kind="returns.return_reason_set").data["questions"] == 1


def test_a_reason_out_of_use_is_not_offered_and_not_taken() -> None:
    reasons.save_reason(make.manager_zhao(), code="size", draft=draft(parent="change_of_mind", active=False))

    ask = msgspec.structs.replace(delivered(), reason="size")

    assert answer(ask).why == "unknown_reason"
    assert "size" not in {one.code for root in queries.reasons("zh-hans") for one in root.branches}


@pytest.mark.parametrize(
    ("code", "changes", "flaw"),
    [
        ("quality", {"parent": "quality"}, "reason_misplaced"),
        ("quality", {"parent": "defective"}, "reason_misplaced"),
        ("smells", {"parent": "nobody"}, "unknown_reasons"),
        ("Smells!", {}, "reason_code"),
        ("smells", {"labels": {"en": "It smells"}}, "reason_needs_label"),
        ("smells", {"questions": [{"code": "a", "labels": {}, "kind": "text"}]}, "question_needs_label"),
    ],
)
def test_a_reason_that_makes_no_sense_is_refused(code: str, changes: dict[str, Any], flaw: str) -> None:
    before = Reason.objects.count()

    with pytest.raises(reasons.UnfitReason) as refused:
        reasons.save_reason(make.manager_zhao(), code=code, draft=draft(**changes))

    assert flaw in [one["code"] for one in refused.value.findings]
    assert Reason.objects.count() == before


def past_case(ask: Ask, number: str = "RMA-1", **facts: Any) -> Case:
    """Write a case as it was requested two days after the tests' moment."""
    line = Line.objects.get(id=ask.line_id)
    known: dict[str, Any] = {
        "number": number,
        "order_id": ask.order_id,
        "order_number": line.order.number,
        "shop": "own",
        "kind": ask.kind,
        "reason": Reason.objects.get(code=ask.reason),
        "state_since": make.NOW,
        "source": "portal",
        "currency": "CNY",
        "requested_at": make.NOW + timedelta(days=2),
        "requested_by": "customer",
    }
    case = Case.objects.create(**(known | facts))
    Piece.objects.create(case=case, line_id=ask.line_id, position=Piece.objects.count() + 1, item_id=line.item_id)
    return case


def test_a_proposal_shows_which_past_cases_it_would_have_answered_otherwise_and_changes_nothing() -> None:
    ask = delivered()
    past_case(ask)
    past_case(
        msgspec.structs.replace(ask, reason="flawed"),
        "RMA-2",
        state="refused",
        refusal="no fault found",
        decider="staff:1",
        decided_at=make.NOW,
    )
    day = (make.NOW + timedelta(days=2)).date()

    id_ = backtests.request_backtest(
        make.manager_zhao(), rules=rules(automatic={"CNY": 1_000}), from_date=day, to_date=day, later=False
    )
    assert backtests.run_backtest(backtest_id=id_, now=make.NOW)

    result = queries.get_backtest(id_).result
    assert (result["cases"], result["moved"]) == (2, 1)
    assert (result["shown"][0]["before"]["automatic"], result["shown"][0]["after"]["automatic"]) == (True, False)
    assert (result["current"]["automatic"], result["proposed"]["automatic"]) == (1, 0)
    assert result["current"]["evidence"] == 1
    assert result["current"]["against_people"] == 0
    assert sorted(Case.objects.values_list("state", flat=True)) == ["refused", "requested"]
    assert not backtests.run_backtest(backtest_id=id_, now=make.NOW)
