"""A mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.kernel.findings import Finding
from steward.modules.orders.ports import Row
from steward.modules.orders.rules import mapping_values as values
from steward.modules.orders.rules.drafts import OriginDraft
from steward.modules.orders.rules.mapping import map_group
from steward.modules.orders.rules.mapping_outcome import Outcome
from steward.modules.orders.rules.mapping_plan import Plan, compiled
from steward.modules.orders.rules.mapping_shape import MappingRules, parsed
from steward.modules.orders.rules.shipped_mappings import SHIPPED

HEADER = ["no", "at", "sku", "qty", "price"]
FIELDS: dict[str, Any] = {
    "external_number": {"columns": ["no"]},
    "placed_at": {"columns": ["at"]},
    "sku": {"columns": ["sku"]},
    "quantity": {"columns": ["qty"]},
    "unit_price": {"columns": ["price"]},
}
GOOD = ["A-1", "2026-03-02 10:00:00", "TENT", "2", "19.90"]


def _plan(header: list[str] | None = None, **changes: Any) -> Plan:
    rules = parsed({"fields": FIELDS, **changes})
    assert isinstance(rules, MappingRules), rules
    plan = compiled(rules, header or HEADER, shop="own", code="test")
    assert isinstance(plan, Plan), plan
    return plan


def _map(*rows: list[str], header: list[str] | None = None, **changes: Any) -> Outcome:
    return map_group([Row(place, row) for place, row in enumerate(rows, 2)], _plan(header, **changes))


def _with(**fields: Any) -> dict[str, Any]:
    return {**FIELDS, **fields}


def _codes(outcome: Outcome) -> list[str]:
    return [finding.code for findings in outcome.findings.values() for finding in findings]


def _changed(place: int, value: str) -> list[str]:
    return [*GOOD[:place], value, *GOOD[place + 1 :]]


def test_makes_an_order_of_one_row() -> None:
    draft = _map(GOOD).draft
    assert draft is not None
    assert (draft.shop, draft.external_number, draft.currency) == ("own", "A-1", "CNY")
    assert draft.placed_at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert [(line.sku, line.quantity, line.unit_price_minor) for line in draft.lines] == [("TENT", 2, 1990)]
    assert draft.total_minor is None


def test_makes_one_order_of_rows_with_one_number_and_keeps_doubled_lines() -> None:
    draft = _map(GOOD, GOOD, _changed(2, "MAT")).draft
    assert draft is not None
    assert [line.sku for line in draft.lines] == ["TENT", "TENT", "MAT"]


ORIGIN = ["device_id", "ip", "payment_account", "registered_at"]


def _of_origin(*cells: str) -> Outcome:
    fields = _with(**{name: {"columns": [name]} for name in ORIGIN})
    return _map([*GOOD, *cells], header=[*HEADER, *ORIGIN], fields=fields)


def test_reads_where_an_order_came_from() -> None:
    draft = _of_origin("D-7", "203.0.113.9", "ali-55", "2026-03-02 09:59:30").draft
    assert draft is not None
    assert draft.origin == OriginDraft("D-7", "203.0.113.9", "ali-55", datetime(2026, 3, 2, 1, 59, 30, tzinfo=UTC))


def test_leaves_the_origin_out_where_the_source_says_nothing_of_it() -> None:
    empty, without = _of_origin("", "", "", "").draft, _map(GOOD).draft
    assert empty == without
    assert without is not None
    assert without.origin is None


@pytest.mark.parametrize(
    ("cells", "code"),
    [(("d" * 121, "", "", ""), "text_too_long"), (("", "", "", "long ago"), "not_a_time")],
)
def test_names_what_is_wrong_with_the_origin(cells: tuple[str, ...], code: str) -> None:
    assert _codes(_of_origin(*cells)) == [code]


@pytest.mark.parametrize(
    ("place", "cell", "code"),
    [
        (0, "", "required"),
        (0, "x" * 81, "text_too_long"),
        (1, "", "required"),
        (1, "yesterday", "not_a_time"),
        (1, "2026-02-30 10:00", "not_a_time"),
        (1, "0026-02-20", "not_a_time"),
        (2, "", "required"),
        (2, "s" * 65, "text_too_long"),
        (3, "0", "quantity_not_positive"),
        (3, "-1", "quantity_not_positive"),
        (3, "1.5", "not_a_whole_number"),
        (3, "two", "not_a_whole_number"),
        (3, "1000001", "quantity_too_large"),
        (4, "free", "not_an_amount"),
        (4, "-1", "negative_amount"),
        (4, "1,5", "not_an_amount"),
        (4, "NaN", "not_an_amount"),
        (4, "Infinity", "not_an_amount"),
        (4, "1e5", "not_an_amount"),
        (4, "99999999999999999", "amount_too_large"),
    ],
)
def test_names_what_is_wrong_with_a_cell(place: int, cell: str, code: str) -> None:
    outcome = _map(_changed(place, cell))
    assert _codes(outcome) == [code]
    assert outcome.draft is None


def test_names_everything_wrong_at_once() -> None:
    outcome = _map(["", "never", "", "0", "x"])
    assert sorted(_codes(outcome)) == [
        "not_a_time", "not_an_amount", "quantity_not_positive", "required", "required",
    ]  # fmt: skip


def test_sends_every_row_of_an_order_back_when_one_is_bad() -> None:
    outcome = _map(GOOD, _changed(3, "0"))
    assert outcome.draft is None
    assert {row.number: [f.code for f in found] for row, found in outcome.sent_back} == {
        2: ["order_has_other_findings"],
        3: ["quantity_not_positive"],
    }


def test_passes_on_what_the_file_itself_found_on_a_row() -> None:
    broken = Finding("row", "wrong_columns", "error")
    outcome = map_group([Row(9, ["1"], broken)], _plan())
    assert [(row.number, found) for row, found in outcome.sent_back] == [(9, [broken])]


@pytest.mark.parametrize(
    ("cell", "minor"),
    [("¥1,234.50", 123450), ("１２．５", 1250), ("12.5元", 1250), ("", 0), ("0", 0), ("100", 10000), ("$ 3", 300)],
)
def test_reads_amounts_as_people_type_them(cell: str, minor: int) -> None:
    draft = _map(_changed(4, cell)).draft
    assert draft is not None
    assert draft.lines[0].unit_price_minor == minor


def test_reads_decimal_commas_where_the_mapping_says_so() -> None:
    draft = _map(_changed(4, "1.234,50"), decimal=",").draft
    assert draft is not None
    assert draft.lines[0].unit_price_minor == 123450


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 20), ("KWD", 19900)])
def test_counts_in_the_minor_units_of_its_currency(currency: str, minor: int) -> None:
    draft = _map(_changed(4, "19.900" if currency == "KWD" else "20"), currency=currency).draft
    assert draft is not None
    assert draft.lines[0].unit_price_minor == minor


def test_rounds_prices_finer_than_the_minor_unit_on_the_line_not_on_the_piece() -> None:
    draft = _map(["A-1", "2026-03-02", "PIN", "100", "0.001"]).draft
    assert draft is not None
    line = draft.lines[0]
    assert line.unit_price_minor * line.quantity - line.discount_minor == 10


@given(st.lists(st.tuples(st.integers(1, 50), st.decimals("0", "99999", places=4)), min_size=1, max_size=20))
def test_keeps_the_sum_of_line_totals_right(lines: list[tuple[int, Decimal]]) -> None:
    fields = {name: rule for name, rule in FIELDS.items() if name != "unit_price"}
    fields["line_total"] = {"columns": ["price"]}
    rows = [["A-1", "2026-03-02", "X", str(count), str(total)] for count, total in lines]
    draft = _map(*rows, fields=fields).draft
    assert draft is not None
    given_minor = sum(line.unit_price_minor * line.quantity - line.discount_minor for line in draft.lines)
    exact = sum((total for _, total in lines), Decimal(0)) * 100
    assert given_minor == exact.to_integral_value(ROUND_HALF_UP)
    assert all(line.discount_minor >= 0 for line in draft.lines)


@given(st.decimals("0", "10000000", places=2))
def test_reads_every_amount_of_two_digits_exactly(value: Decimal) -> None:
    assert values.amount("CNY", ".")(str(value)) == int(value * 100)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_reads_local_times_as_the_zone_has_them(moment: datetime) -> None:
    read = values.instant("Asia/Shanghai", ["%Y/%m/%d %H:%M:%S"])
    moment = moment.replace(microsecond=0)
    assert read(moment.strftime("%Y/%m/%d %H:%M:%S")) == read(moment.isoformat(sep=" "))


@given(st.text(max_size=40))
def test_never_stumbles_over_a_cell(cell: str) -> None:
    for place in range(len(GOOD)):
        outcome = _map(_changed(place, cell))
        assert (outcome.draft is None) == bool(outcome.findings)


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-03-02 10:00", "2026-03-02T02:00"),
        ("2026-03-02T10:00:00+00:00", "2026-03-02T10:00"),
        ("2026年03月02日 10:00", "2026-03-02T02:00"),
        ("02.03.2026", "2026-03-01T16:00"),
    ],
)
def test_reads_times_by_its_patterns_and_iso(cell: str, utc: str) -> None:
    fields = _with(placed_at={"columns": ["at"], "formats": ["%Y年%m月%d日 %H:%M", "%d.%m.%Y"]})
    draft = _map(_changed(1, cell), fields=fields).draft
    assert draft is not None
    assert draft.placed_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_sets_rows_aside_that_its_filter_names_and_takes_the_rest() -> None:
    filters = [{"when": [{"column": "qty", "op": "<", "value": "0"}], "reason": "adjustment"}]
    outcome = _map(GOOD, _changed(3, "-4"), filters=filters)
    assert outcome.draft is not None
    assert len(outcome.draft.lines) == 1
    assert [(row.number, found[0].params) for row, found in outcome.sent_back] == [(3, {"reason": "adjustment"})]


def test_needs_every_condition_of_a_filter() -> None:
    both = [{"column": "price", "op": "=", "value": "0"}, {"column": "sku", "op": "empty"}]
    filters = [{"when": both, "reason": "x"}]
    assert _map(_changed(4, "0.00"), filters=filters).draft is not None
    assert _map(["A-1", "2026-03-02", " ", "1", "0.00"], filters=filters).set_aside


def test_makes_cancellations_of_documents_that_begin_so() -> None:
    outcome = _map(["C9", "2026-03-02", "TENT", "-2", "19.90"], cancellation={"starts_with": "C"})
    assert outcome.draft is None
    (line,) = outcome.cancelled
    assert (line.external_number, line.position, line.sku, line.quantity, line.amount_minor) == (
        "C9",
        1,
        "TENT",
        2,
        3980,
    )


def test_sends_a_cancellation_back_whose_quantity_is_not_negative() -> None:
    outcome = _map(["C9", "2026-03-02", "TENT", "1", "19.90"], cancellation={"starts_with": "C"})
    assert _codes(outcome) == ["cancelled_quantity_not_negative"]
    assert not outcome.cancelled


def test_notes_rows_of_one_order_that_contradict_each_other() -> None:
    other = _changed(1, "2026-03-03 10:00:00")
    assert _codes(_map(GOOD, other)) == ["differs_within_order"]
    assert _map(GOOD, other, order_level="first").draft is not None


PAYING = {
    "total": {"columns": ["total"]},
    "paid": {"columns": ["paid"]},
    "paid_at": {"columns": ["paid_at"]},
    "refund": {"columns": ["refund"]},
}


def _paid(paid: str, paid_at: str, refund: str, **changes: Any) -> Outcome:
    fields = {name: FIELDS[name] for name in ("external_number", "placed_at")} | PAYING
    header = ["no", "at", "total", "paid", "paid_at", "refund"]
    row = ["A-1", "2026-03-02 10:00:00", "100", paid, paid_at, refund]
    return _map(row, header=header, fields=fields, not_supplied=["goods"], **changes)


@pytest.mark.parametrize(
    ("paid", "paid_at", "refund", "net", "payments", "refunds"),
    [
        ("0.0", "", "0.0", True, [], []),
        ("100", "2026-03-02 10:01:00", "0", True, [10000], []),
        ("60", "2026-03-02 10:01:00", "40", True, [10000], [4000]),
        ("0", "2026-03-02 10:01:00", "100", True, [10000], [10000]),
        ("100", "2026-03-02 10:01:00", "40", False, [10000], [4000]),
        ("0", "", "40", False, [4000], [4000]),
    ],
)
def test_reads_payments_and_refunds(
    paid: str, paid_at: str, refund: str, net: bool, payments: list[int], refunds: list[int]
) -> None:
    draft = _paid(paid, paid_at, refund, paid_is_net_of_refunds=net).draft
    assert draft is not None
    assert [entry.amount_minor for entry in draft.payments] == payments
    assert [entry.amount_minor for entry in draft.refunds] == refunds
    assert draft.lines[0].unit_price_minor == draft.total_minor == 10000


def test_gives_payments_names_that_fit_however_long_the_order_number() -> None:
    names = {values.words(80)(f"{'9' * 79}{digit}") for digit in range(10)}
    assert len(names) == 10
    for name in names:
        fields = _with(paid={"columns": ["price"]})
        draft = _map([str(name), *GOOD[1:]], fields=fields).draft
        assert draft is not None
        assert len(draft.payments[0].transaction) <= 80


def test_names_what_the_file_does_not_carry() -> None:
    fields = _with(recipient_phone={"columns": ["phone"], "optional": True})
    draft = _map(GOOD, fields=fields, not_supplied=["address"]).draft
    assert draft is not None
    assert draft.not_supplied == ["address", "phone"]


@pytest.mark.parametrize(
    ("cell", "code"), [("中国", "CN"), ("Germany", "DE"), ("us", "US"), ("EIRE", "IE"), ("", "CN")]
)
def test_reads_countries_by_code_name_or_table(cell: str, code: str) -> None:
    fields = _with(country={"columns": ["price"], "table": {"eire": "IE"}}, unit_price={"constant": "1"})
    draft = _map(_changed(4, cell), fields=fields).draft
    assert draft is not None
    assert draft.recipient.country == code


def test_finds_columns_whatever_their_width_case_and_blanks() -> None:
    assert _map(GOOD, header=["ＮＯ ", " At", "SKU", "Qty", "PRICE"]).draft is not None


def test_names_the_columns_a_file_lacks() -> None:
    rules = parsed({"fields": FIELDS})
    assert isinstance(rules, MappingRules)
    found = compiled(rules, ["no", "at", "sku"], shop="own", code="test")
    assert isinstance(found, list)
    assert {finding.params["columns"] for finding in found} == {"qty", "price"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"fields": {"external_number": {"columns": ["no"]}, "sku": {"columns": ["s"]}}}, "fields.placed_at"),
        ({"fields": FIELDS | {"colour": {"columns": ["c"]}}}, "fields.colour"),
        ({"fields": FIELDS | {"note": {}}}, "fields.note"),
        ({"fields": FIELDS | {"note": {"columns": ["n"], "formats": ["%Y"]}}}, "fields.note.formats"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"currency": "XYZW"}, "currency"),
        ({"not_supplied": ["luck"]}, "not_supplied"),
        ({"filters": [{"when": [], "reason": "x"}]}, "filters"),
        ({"grouping": "heap"}, "mapping.grouping"),
        ({"fields": {"sku": {"colums": ["x"]}}}, "mapping.fields[...]"),
        ({"fields": {k: v for k, v in FIELDS.items() if k != "sku"}}, "fields.sku"),
    ],
)
def test_is_checked_before_it_is_used(change: dict[str, Any], place: str) -> None:
    found = parsed({"fields": FIELDS, **change})
    assert isinstance(found, list)
    assert [finding.field for finding in found] == [place]


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_that_is_shipped_is_faultless(code: str) -> None:
    assert isinstance(parsed(SHIPPED[code][1]), MappingRules)
