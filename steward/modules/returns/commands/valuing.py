"""What cases are worth: the one place that asks for quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import structs

from steward.kernel import errors
from steward.modules.returns.models import Case
from steward.modules.returns.queries.quotes import (
    Quote,
    QuoteAsk,
    Taken,
    Terms,
    quote_of,
    quotes_of,
    terms_of,
    tried_quotes,
)

MERCHANTS = ("merchant", "carrier")


def value(cases: Sequence[tuple[Case, Sequence[int]]]) -> dict[int, errors.Refusal]:
    """Let cases know what they would give back for pieces of lines (a line's id once per piece) as things stand.

    A constant number of statements. The rows are not saved. Returns by id why some cannot be valued.
    """
    refused = {}
    for (case, _lines), quote in zip(cases, tried_quotes(_asks(cases)) if cases else (), strict=True):
        if isinstance(quote, errors.Refusal):
            refused[case.id] = quote
        else:
            case.quoted_minor, case.worth_minor = quote.total_minor, quote.worth_minor
    return refused


def worth_of(cases: Sequence[tuple[Case, Sequence[int]]]) -> list[int]:
    """Quote what cases would give back for pieces of lines (a line's id once per piece) as things stand.

    A constant number of statements. Units: minor currency units of each case's order. Raises: NotFound, MoreThanKept.
    """
    return [quote.total_minor for quote in quotes_of(_asks(cases))] if cases else []


def _asks(cases: Sequence[tuple[Case, Sequence[int]]]) -> list[QuoteAsk]:
    return [
        QuoteAsk(case.order_id, taken_of(case, Counter((line, 1000) for line in lines)), _terms(case))
        for case, lines in cases
    ]


def taken_of(case: Case, units: Mapping[tuple[int, int], int]) -> list[Taken]:
    """Say what goes back: (line, share of the value in permille) → pieces. Who is not to blame loses no threshold."""
    blameless = case.reason.fault in MERCHANTS
    return [Taken(line, count, share, blameless=blameless) for (line, share), count in sorted(units.items())]


def quoted(case: Case, taken: Sequence[Taken], *, paid_before_minor: int = 0) -> Quote:
    """Quote what a case gives back for pieces as they are, on the terms its policy named. Units: minor units."""
    return quote_of(case.order_id, taken, structs.replace(_terms(case), paid_before_minor=paid_before_minor))


def _terms(case: Case) -> Terms:
    return terms_of(case.verdict, case.reason.fault)
