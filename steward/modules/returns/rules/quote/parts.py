"""The lines of the answer: by what the value of two standings differs, told per line and per discount.

Source: RET-4. Units: minor units of the order's currency; what is taken off counts down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from steward.kernel import money
from steward.modules.orders.rules.adjusting import Adjustment
from steward.modules.returns.rules.quote.shapes import OrderMoney, QuotePart, Taken, Terms
from steward.modules.returns.rules.quote.sharing import Shares
from steward.modules.returns.rules.quote.worth import Kept, Valuation, Worth

KIND_OF = {"coupon": "coupon", "promotion": "order_discount", "points": "points", "gift_card": "gift_card"}
PERMILLE = 1000


class Step(Struct, frozen=True):
    """From what was kept before to what is kept after, with the value of both.

    `pieces` names per line what goes back as [pieces, share_permille, blameless]: later quotes count from there.
    """

    valuation: Valuation
    shares: Shares
    before: Kept
    after: Kept
    worth_before: Worth
    worth_after: Worth
    pieces: Mapping[int, list[list[int | bool]]]

    @property
    def places(self) -> list[int]:
        """List the lines of which something goes back."""
        pairs = zip(self.before.pieces, self.after.pieces, strict=True)
        return [place for place, (had, has) in enumerate(pairs) if had != has]

    @property
    def ends(self) -> bool:
        """Tell whether with this the last piece of the order goes back."""
        return bool(self.places) and not any(self.after.pieces)


def _facts(adjustment: Adjustment) -> dict[str, Any]:
    return {"code": adjustment.code, "of": adjustment.kind, "whole_minor": adjustment.amount_minor}


def of_goods(step: Step) -> Iterator[QuotePart]:
    """Tell per line what its pieces cost and what discounts without a threshold take off."""
    kinds = ["line_discount", *(KIND_OF[each.kind] for each in step.shares.components)]
    facts = [_facts(each) for each in step.shares.components]
    for place in step.places:
        one = step.shares.lines[place]
        line, had, has = one.line, step.before.pieces[place], step.after.pieces[place]
        pieces, price = had - has, line.unit_price_minor
        yield QuotePart(
            kind="goods",
            amount_minor=pieces * price,
            line_id=line.line_id,
            quantity=pieces,
            facts={"unit_price_minor": price, "pieces": step.pieces[line.line_id]},
        )
        told = [{"whole_minor": one.sums[0]}, *facts]
        for kind, share, fact in zip(kinds, one.moved(had, has), told, strict=True):
            if share:
                yield QuotePart(kind=kind, amount_minor=-share, line_id=line.line_id, quantity=pieces, facts=fact)


def of_coupons(step: Step) -> Iterator[QuotePart]:
    """Tell what coupons with a threshold take off per line, and what is taken back of those that are lost."""
    pairs = zip(step.worth_before.standings, step.worth_after.standings, strict=True)
    for stage, (had, has) in zip(step.valuation.stages, pairs, strict=True):
        saved = had.saves - has.saves
        lost = had.met and not has.met and bool(has.value)
        shared = had.saves - had.saves * has.value // had.value if lost else saved
        yield from _shared(step, stage.scope, shared, KIND_OF[stage.adjustment.kind], _facts(stage.adjustment))
        if taken_back := saved - shared:
            facts = _facts(stage.adjustment) | {"threshold_minor": stage.threshold, "kept_minor": has.reached}
            yield QuotePart(kind="coupon_lost", amount_minor=-taken_back, facts=facts)


def _shared(step: Step, scope: frozenset[int], amount: int, kind: str, facts: dict[str, Any]) -> Iterator[QuotePart]:
    """Share an amount over the lines that go back, by what they cost."""
    places = [place for place in step.places if place in scope]
    if not amount:
        return
    lines = [step.shares.lines[place] for place in places]
    kept = [(step.before.pieces[place], step.after.pieces[place]) for place in places]
    weights = [one.net(had) - one.net(has) for one, (had, has) in zip(lines, kept, strict=True)]
    shares = money.allocate(amount, weights)
    for one, share, (had, has) in zip(lines, shares, kept, strict=True):
        if share:
            yield QuotePart(kind=kind, amount_minor=-share, line_id=one.line.line_id, quantity=had - has, facts=facts)


def of_freight(step: Step, order: OrderMoney, terms: Terms) -> Iterator[QuotePart]:
    """Tell what becomes of shipping: what is charged because less is kept, and what goes back with the last piece."""
    charges = zip(step.valuation.waived, step.worth_before.charged, step.worth_after.charged, strict=True)
    for (stage, had, has), reached in zip(charges, step.worth_after.reached, strict=True):
        if had != has:
            facts = {"code": stage.adjustment.code, "threshold_minor": stage.threshold, "kept_minor": reached}
            yield QuotePart(
                kind="free_shipping_lost", amount_minor=had - has, facts=facts | {"charged_minor": stage.amount}
            )
    if not (step.ends and terms.freight_back and order.shipping_minor):
        return
    yield QuotePart(kind="freight", amount_minor=order.shipping_minor, facts={"whole_minor": order.shipping_minor})
    for component, amount in zip(step.shares.components, step.shares.on_freight, strict=True):
        if amount:
            facts = _facts(component) | {"freight": True}
            yield QuotePart(kind=KIND_OF[component.kind], amount_minor=-amount, facts=facts)


def of_pieces(step: Step, taken: Sequence[Taken], before: Sequence[Taken], terms: Terms) -> Iterator[QuotePart]:
    """Tell what is held back for the pieces themselves: what inspection found, restocking, deductions.

    Shares are computed on all pieces of a line that went back at the same share so far, less those of earlier returns:
    so returns one by one hold back as much as one for all.
    """
    lines = {one.line.line_id: one for one in step.shares.lines}
    gone: dict[tuple[int, int], int] = {}
    for one in before:
        gone[one.line_id, one.share_permille] = gone.get((one.line_id, one.share_permille), 0) + one.quantity
    for one in taken:
        line = lines[one.line_id]
        price = line.net(line.line.quantity) - line.coupons
        key = (one.line_id, one.share_permille)
        had, has = gone.get(key, 0), gone.get(key, 0) + one.quantity
        gone[key] = has
        for kind, permille, facts in (
            (
                "grade",
                PERMILLE * (PERMILLE - one.share_permille),
                {"share_permille": one.share_permille, "note": one.note},
            ),
            ("restocking", one.share_permille * terms.restocking_permille, {"permille": terms.restocking_permille}),
        ):
            held = _share(price, has, permille, line.line.quantity) - _share(price, had, permille, line.line.quantity)
            if held:
                yield QuotePart(kind=kind, amount_minor=-held, line_id=one.line_id, quantity=one.quantity, facts=facts)
        if one.deduction_minor:
            yield QuotePart(
                kind="deduction",
                amount_minor=-one.deduction_minor,
                line_id=one.line_id,
                quantity=one.quantity,
                facts={"note": one.note},
            )


def _share(price: int, pieces: int, millionths: int, quantity: int) -> int:
    """Return a share of what so many of a line's pieces cost, rounded half up once."""
    whole = PERMILLE * PERMILLE * quantity
    return (2 * price * pieces * millionths + whole) // (2 * whole)


def of_terms(terms: Terms) -> Iterator[QuotePart]:
    """Tell what the case as a whole holds back."""
    for code, amount in terms.deductions:
        if amount:
            yield QuotePart(kind="deduction", amount_minor=-amount, facts={"code": code})
    if terms.return_freight_minor:
        yield QuotePart(kind="return_freight", amount_minor=-terms.return_freight_minor)


def _paid_with(step: Step, number: int) -> tuple[int, int]:
    """Return what of a discount was kept before and is kept now."""
    had = sum(one.component(number, kept) for one, kept in zip(step.shares.lines, step.before.pieces, strict=True))
    has = sum(one.component(number, kept) for one, kept in zip(step.shares.lines, step.after.pieces, strict=True))
    return had, has


def points_back(step: Step, terms: Terms) -> int:
    """Count the points that were paid with and go back: as the money they stood for does."""
    back = 0
    for number, one in enumerate(step.shares.components):
        if one.kind == "points":
            freight = step.shares.on_freight[number]
            whole = freight + sum(line.sums[number + 1] - line.sums[number] for line in step.shares.lines)
            had, has = _paid_with(step, number)
            stays = 0 if step.ends and terms.freight_back else freight
            back += _of_points(one.points, had + freight, whole) - _of_points(one.points, has + stays, whole)
    return back


def points_taken(step: Step) -> int:
    """Count the points that came with the purchase and lapse: by what the goods kept are worth."""
    whole = step.valuation.goods
    return sum(
        _of_points(one.points, step.worth_before.goods, whole) - _of_points(one.points, step.worth_after.goods, whole)
        for one in step.shares.earned
    )


def _of_points(points: int, part: int, whole: int) -> int:
    return points * part // whole if whole else 0


def coupons_back(step: Step) -> Iterator[str]:
    """Name the coupons that are given back as coupons, where their terms say so: once nothing is bought with them."""
    for one in step.shares.components:
        if one.back and one.code and one.kind == "coupon":
            places = step.shares.places(one)
            if any(step.before.pieces[place] for place in places) and not any(
                step.after.pieces[place] for place in places
            ):
                yield one.code
    pairs = zip(step.worth_before.standings, step.worth_after.standings, strict=True)
    for stage, (had, has) in zip(step.valuation.stages, pairs, strict=True):
        one = stage.adjustment
        if one.back and one.code and had.met and had.value and not (has.met and has.value):
            yield one.code


def gift_cards_back(step: Step, terms: Terms) -> Iterator[tuple[str, int]]:
    """Tell what goes back onto gift cards instead of as money."""
    for number, one in enumerate(step.shares.components):
        if one.kind == "gift_card":
            had, has = _paid_with(step, number)
            freight = step.shares.on_freight[number] if step.ends and terms.freight_back else 0
            if back := had - has + freight:
                yield one.code, back
