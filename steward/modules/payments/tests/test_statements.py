"""Statements are compared with the ledger, and every difference is worked with a reason or goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steward.kernel.errors import Stale
from steward.modules.payments import commands, queries
from steward.modules.payments.commands.statements import BadSettlement, EmptyStatement
from steward.modules.payments.models import Statement
from steward.modules.payments.ports import StatedRow
from steward.modules.payments.rules.reconciling import Movement, compare
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER, pay

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def row(transaction: str = "T-1", amount_minor: int = 50_000, **changes: Any) -> StatedRow:
    facts: dict[str, Any] = {
        "direction": "payment",
        "transaction": transaction,
        "amount_minor": amount_minor,
        "currency": "CNY",
        "happened_at": NOW,
    }
    return StatedRow(**(facts | changes))


def take(*rows: StatedRow, **changes: Any) -> int:
    facts: dict[str, Any] = {"starts_at": NOW - DAY, "ends_at": NOW + DAY} | changes
    return commands.import_statement(TESTER, provider="alipay", rows=rows, name="march.csv", now=NOW, **facts)


def found(statement_id: int, *, only_open: bool = True) -> list[tuple[str, str]]:
    rows = queries.differences(statement_id=statement_id, only_open=only_open)
    return sorted((one.kind, one.transaction) for one in rows)


@pytest.fixture(autouse=True)
def _provider(db: None) -> None:
    commands.register_provider(TESTER, code="alipay", name="支付宝", shops=["own"])


def test_a_statement_that_agrees_has_no_difference() -> None:
    pay()

    id_ = take(row())

    assert (found(id_), queries.statement(id_).matched_count) == ([], 1)


def test_every_kind_of_difference_is_found() -> None:
    pay(50_000, "T-1")
    pay(10_000, "T-2")
    pay(20_000, "T-3")

    id_ = take(row("T-1", 49_000), row("T-3", 20_000), row("T-3", 20_000), row("T-4", 500))

    assert found(id_) == [
        ("amount_differs", "T-1"),
        ("double", "T-3"),
        ("missing_here", "T-4"),
        ("missing_there", "T-2"),
    ]


def test_another_currency_is_a_difference() -> None:
    pay()

    assert found(take(row(currency="USD"))) == [("amount_differs", "T-1")]


def test_the_same_statement_again_is_the_same_statement() -> None:
    first = take(row("T-9"))

    assert take(row("T-9")) == first
    assert (Statement.objects.count(), len(found(first))) == (1, 1)


def test_a_difference_goes_by_itself_when_the_missing_payment_comes() -> None:
    id_ = take(row("T-1"))
    assert found(id_) == [("missing_here", "T-1")]
    pay()

    commands.compare_statement(TESTER, statement_id=id_, now=NOW)

    assert (found(id_), queries.differences(statement_id=id_)[0].outcome) == ([], "vanished")


def test_a_difference_is_worked_once_with_a_reason() -> None:
    id_ = take(row("T-1"))
    one = queries.differences(statement_id=id_)[0].id
    with pytest.raises(BadSettlement):
        commands.settle_difference(TESTER, difference_id=one, outcome="written_off", reason=" ", now=NOW)

    commands.settle_difference(TESTER, difference_id=one, outcome="written_off", reason="a test payment", now=NOW)

    assert (found(id_), queries.count_open_differences()) == ([], 0)
    with pytest.raises(Stale):
        commands.settle_difference(TESTER, difference_id=one, outcome="mistake", reason="again", now=NOW)


def test_what_was_worked_stays_worked_when_compared_again() -> None:
    id_ = take(row("T-1"))
    one = queries.differences(statement_id=id_)[0].id
    commands.settle_difference(TESTER, difference_id=one, outcome="written_off", reason="a test payment", now=NOW)

    take(row("T-1"))

    assert found(id_) == []


def test_what_the_neighbouring_statement_names_is_not_missing() -> None:
    pay()
    take(row(), starts_at=NOW, ends_at=NOW + DAY)

    assert found(take(row("T-0"), starts_at=NOW - DAY, ends_at=NOW + timedelta(seconds=1))) == [("missing_here", "T-0")]


def test_other_providers_and_drills_are_not_compared() -> None:
    pay(10_000, "W-1", provider="wechat")
    pay(10_000, "S-1", simulated=True)

    assert found(take(row("T-1", 5))) == [("missing_here", "T-1")]


def test_without_a_span_a_statement_covers_its_movements() -> None:
    pay(10_000, "T-0", happened_at=NOW - timedelta(days=9))

    id_ = take(row(), starts_at=None, ends_at=None)

    assert found(id_) == [("missing_here", "T-1")]


def test_an_empty_statement_without_a_span_is_refused() -> None:
    with pytest.raises(EmptyStatement):
        take(starts_at=None, ends_at=None)


def test_a_statement_is_fetched_from_the_provider_and_agrees_with_our_refund() -> None:
    with till.connected() as peer:
        pay(peer=peer)
        till.ask(20_000)
        till.work()
        now = datetime.now(UTC)
        rows = commands.fetch_statement("alipay", starts_at=now - DAY, ends_at=now + DAY)

    id_ = take(*rows)

    assert (found(id_), queries.statement(id_).matched_count) == ([], 2)


def test_a_refund_and_a_payment_of_one_name_are_two_things() -> None:
    ours = [Movement("payment", "X", 5, "CNY", 1, 1), Movement("refund", "X", 5, "CNY", 2, 1)]
    stated = [Movement("payment", "X", 5, "CNY"), Movement("refund", "X", 4, "CNY")]

    result = compare(stated, ours, [])

    assert (result.matched, [one.key for one in result.differences]) == (1, [("amount_differs", "refund", "X")])
