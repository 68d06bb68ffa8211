"""Ask the return policy about many lines of orders at once: a constant number of statements. Source: RET-1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.orders.queries.credit import credits_of
from steward.modules.returns.models import Case
from steward.modules.returns.queries.policies import ReasonView, active_policy, all_reasons, book_of
from steward.modules.returns.rules.policy import Book, Facts, Verdict
from steward.modules.returns.rules.states import WITHOUT_RESULT

PACKAGE = "steward.modules.returns"


class Ask(Struct, frozen=True):
    """What somebody wants of one line of an order, why, and what they show. `opened` None: nobody has told.

    `case_id` names the case that asked it, where one did: only those before it count as earlier. `is_next`: another
    wish about the order, not written yet, comes before this one.
    """

    order_id: int
    line_id: int
    kind: str
    reason: str
    pictures: int = 0
    videos: int = 0
    opened: bool | None = None
    case_id: int | None = None
    is_next: bool = False


class LineSold(Struct, frozen=True):
    """What is known of one line of an order. Units: minor currency units, months."""

    line_id: int
    order_id: int
    shop: str
    platform: str
    time_zone: str
    sku: str
    category: str
    return_class: str
    warranty_months: int
    price_minor: int
    currency: str
    placed_at: datetime
    delivered_at: datetime | None


def lines_of(line_ids: set[int]) -> dict[int, LineSold]:
    """Read lines of orders as after-sales needs them; one statement, however many."""
    return {id_: LineSold(*row) for id_, row in _lines(line_ids).items()} if line_ids else {}


def verdicts(asks: Sequence[Ask], *, now: datetime) -> list[Verdict]:
    """Answer asks by the policy in force, in their order. An unknown line or reason is an answer, too."""
    policy, known = active_policy(), all_reasons()
    book = book_of(policy.rules, policy.version, known)
    facts = facts_of(asks, {one.code: one for one in known if one.active})
    return [answer(book, one, facts_, now) for one, facts_ in zip(asks, facts, strict=True)]


def answer(book: Book, ask: Ask, facts: Facts | str, now: datetime) -> Verdict:
    """Answer one ask by rules; where there are no facts they say what is unknown."""
    if isinstance(facts, Facts):
        return book.decide(facts, now=now)
    return Verdict(eligible=False, why=facts, params={"reason": ask.reason}, version=book.version)


def facts_of(asks: Sequence[Ask], reasons: Mapping[str, ReasonView]) -> list[Facts | str]:
    """Gather what is known of each ask's line and buyer, in their order; else the code of what is unknown.

    Three statements however many asks. A buyer is trusted whom their other orders prove so (rules/credit of orders).
    """
    lines = _lines({ask.line_id for ask in asks})
    credit = credits_of({row[1] for row in lines.values()})
    trusted = {order_id for order_id, one in credit.items() if one.grade == "trusted"}
    cases = _cases({ask.order_id for ask in asks})
    return [
        _facts(ask, lines.get(ask.line_id), reasons.get(ask.reason), trusted, first=_is_first(ask, cases))
        for ask in asks
    ]


def _cases(order_ids: set[int]) -> dict[int, list[int]]:
    """Name the cases of orders that still count."""
    found: dict[int, list[int]] = {}
    rows = Case.objects.filter(order_id__in=order_ids).exclude(state__in=WITHOUT_RESULT)
    for order_id, case_id in rows.values_list("order_id", "id"):
        found.setdefault(order_id, []).append(case_id)
    return found


def _is_first(ask: Ask, cases: Mapping[int, Sequence[int]]) -> bool:
    earlier = (id_ for id_ in cases.get(ask.order_id, ()) if ask.case_id is None or id_ < ask.case_id)
    return not ask.is_next and not any(earlier)


def _lines(line_ids: set[int]) -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "facts_of_lines"), {"line_ids": arrays.integers(sorted(line_ids))})
        return {row[0]: row for row in cursor.fetchall()}


def _facts(
    ask: Ask, line: tuple[Any, ...] | None, reason: ReasonView | None, trusted: set[int], *, first: bool
) -> Facts | str:
    if line is None or line[1] != ask.order_id:
        return "unknown_line"
    if reason is None:
        return "unknown_reason"
    return Facts(
        kind=ask.kind,
        reason=ask.reason,
        fault=reason.fault,
        shop=line[2],
        platform=line[3],
        time_zone=line[4],
        sku=line[5],
        category=line[6],
        return_class=line[7],
        warranty_months=line[8],
        price_minor=line[9],
        currency=line[10],
        placed_at=line[11],
        delivered_at=line[12],
        opened=ask.opened,
        trusted=line[1] in trusted,
        pictures=ask.pictures,
        videos=ask.videos,
        first=first,
    )
