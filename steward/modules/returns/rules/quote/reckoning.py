"""One refund: what was kept is worth before, less what is kept after, less what is held back, within what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from steward.modules.returns.rules.quote import parts as telling
from steward.modules.returns.rules.quote.shapes import OrderMoney, Quote, QuotePart, Taken, Terms
from steward.modules.returns.rules.quote.sharing import Shares, shared
from steward.modules.returns.rules.quote.worth import Kept, Valuation

NOTHING_SPECIAL = Terms()


def quote(
    order: OrderMoney,
    *,
    taken: Sequence[Taken],
    before: Sequence[Taken] = (),
    terms: Terms = NOTHING_SPECIAL,
    refunded_minor: int = 0,
) -> Quote:
    """Compute what goes back for pieces of an order, after others went back `before`, and tell every part of it.

    `refunded_minor` is what was given back already, or is on its way. Returns without anything held back sum to what
    one return of all their pieces gives; with all pieces that is what was paid for the goods. Never below 0, never
    more than is left of what was paid (`beyond_paid` is what that cuts off).
    Raises: ValueError where more pieces go back than there are, or a line is not of this order.
    Source: RET-4; docs/decisions/0033.
    """
    shares = shared(order)
    valuation = Valuation(shares)
    kept_before = _kept(shares, before)
    kept_after = _kept(shares, [*before, *taken])
    worth_before, worth_after = valuation.of(kept_before), valuation.of(kept_after)
    step = telling.Step(valuation, shares, kept_before, kept_after, worth_before, worth_after, _pieces(taken))
    given = [*telling.of_goods(step), *telling.of_coupons(step), *telling.of_freight(step, order, terms)]
    left = sum(one.amount_minor for one in given)
    held = list(_within(left, [*telling.of_pieces(step, taken, before, terms), *telling.of_terms(terms)]))
    found = [*given, *held]
    if terms.goodwill_minor:
        found.append(QuotePart(kind="goodwill", amount_minor=terms.goodwill_minor))
    total = sum(one.amount_minor for one in found)
    if off := min(total, terms.paid_before_minor):
        found.append(QuotePart(kind="paid_before", amount_minor=-off))
        total -= off
    if (most := max(0, order.paid_minor - refunded_minor)) < total:
        facts = {"paid_minor": order.paid_minor, "refunded_minor": refunded_minor}
        found.append(QuotePart(kind="beyond_paid", amount_minor=most - total, facts=facts))
        total = most
    return Quote(
        parts=tuple(found),
        total_minor=total,
        points_back=telling.points_back(step, terms),
        points_taken=telling.points_taken(step),
        coupons_back=tuple(telling.coupons_back(step)),
        gift_cards_back=tuple(telling.gift_cards_back(step, terms)),
    )


def _kept(shares: Shares, taken: Iterable[Taken]) -> Kept:
    """Count what is kept of each line, and what counts for thresholds. Raises: ValueError."""
    places = {one.line.line_id: place for place, one in enumerate(shares.lines)}
    pieces = [one.line.quantity for one in shares.lines]
    counted = list(pieces)
    for one in taken:
        if one.line_id not in places:
            raise ValueError(f"line {one.line_id} is not of this order")
        place = places[one.line_id]
        pieces[place] -= one.quantity
        if not one.blameless:
            counted[place] -= one.quantity
        if one.quantity < 0 or pieces[place] < 0:
            raise ValueError(f"of line {one.line_id} more pieces go back than are kept")
    return Kept(pieces, counted)


def _pieces(taken: Iterable[Taken]) -> dict[int, list[list[int | bool]]]:
    found: dict[int, list[list[int | bool]]] = {}
    for one in taken:
        if one.quantity:
            found.setdefault(one.line_id, []).append([one.quantity, one.share_permille, one.blameless])
    return found


def _within(left: int, held: Iterable[QuotePart]) -> Iterator[QuotePart]:
    """Hold back no more than there is; a part that is cut says what it would have been."""
    for one in held:
        amount = min(-one.amount_minor, left)
        left -= amount
        if amount == -one.amount_minor:
            yield one
        elif amount:
            facts = {**one.facts, "asked_minor": -one.amount_minor}
            yield structs.replace(one, amount_minor=-amount, facts=facts)
