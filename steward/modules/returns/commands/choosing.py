"""Write down what customers want in the place of goods, when a case is opened. Steps of commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory import queries as inventory
from steward.modules.returns.commands.claiming import Claim
from steward.modules.returns.commands.drafts import Instead, Refused
from steward.modules.returns.commands.pricing import Goods, basis_of, freight_of, goods_of, prices_of, wishes
from steward.modules.returns.models import Case, Exchange, Piece, Swap
from steward.modules.returns.rules import exchange as rules
from steward.modules.returns.rules.exchange import Wish

IN_STOCK_ONLY = parameters.define(
    "returns.exchange_in_stock_only",
    default=False,
    unit="",
    kind="boolean",
    label=_("An exchange is opened only where what is wanted instead is there (no: it waits for a person)"),
)


class UnfitChoice(errors.Refusal):
    """Refuse an item that cannot be had in the place of the goods."""

    code = "unfit_choice"
    status = 422
    message = _("“%(sku)s” cannot be had instead. Choose an item that is offered for these goods.")


def refuse_choices(claims: Sequence[Claim]) -> None:
    """Refuse drafts that want in the place of goods what cannot be had, as a step of opening cases."""
    choosing = [one for one in claims if one.refusal is None and one.draft.instead]
    goods = goods_of(
        {line.item_id for one in choosing for line in one.lines},
        [instead for one in choosing for instead in one.draft.instead],
    )
    chosen = []
    for one in choosing:
        said = _wishes(one, goods) if one.draft.kind in rules.KINDS else one.draft.instead[0].sku
        if isinstance(said, str):
            one.refusal = Refused("unfit_choice", {"sku": said[:64]})
        elif one.draft.kind == "exchange":
            chosen.append((one, Counter(wish.item_id for wish in said)))
    if chosen and parameters.value(IN_STOCK_ONLY):
        _refuse_short(chosen)


def _refuse_short(chosen: Sequence[tuple[Claim, Counter[int]]]) -> None:
    """Refuse what is wanted and not there; who comes at once may still be too late: then it waits. Three statements."""
    components = catalog.components_of({item_id for _claim, wanted in chosen for item_id in wanted})
    shops = catalog.shops_by_code()
    units = []
    for claim, wanted in chosen:
        assert claim.order is not None
        pool = shops[claim.order.shop].pool
        units.append({(item_id, pool): pieces for item_id, pieces in units_on_shelf(wanted, components).items()})
    free = inventory.free_units({key for mine in units for key in mine})
    items = catalog.items_by_id({item_id for mine in units for item_id, _pool in mine})
    for (claim, _wanted), mine in zip(chosen, units, strict=True):
        short = [items[key[0]] for key, pieces in mine.items() if free.get(key, 0) < pieces]
        if names := ", ".join(item.sku for item in short if item.stocked):
            claim.refusal = Refused("not_in_stock", {"sku": names})


def _wishes(claim: Claim, goods: Goods) -> list[Wish] | str:
    items = {line.id: line.item_id for line in claim.lines}
    currency = claim.order.currency if claim.order else ""
    pieces = [(line, items[line]) for line, _position in claim.pieces]
    return wishes(claim.draft.kind, currency, pieces, claim.draft.instead, goods)


def write_choices(rows: Mapping[int, Case], claims: Sequence[Claim], now: datetime) -> None:
    """Write down what drafts want, for cases that were just written: a constant number of statements."""
    mine = {row.id: claims[place] for place, row in rows.items() if row.kind in rules.KINDS}
    cases = [row for row in rows.values() if row.id in mine]
    open_exchanges(cases, {id_: claim.draft.instead for id_, claim in mine.items()}, now)


def open_exchanges(cases: Sequence[Case], insteads: Mapping[int, Sequence[Instead]], now: datetime) -> None:
    """Write the exchanges of cases that have none, priced; what nobody spoke of comes again. Raises: UnfitChoice."""
    if not cases:
        return
    pieces = pieces_by_case(cases)
    goods = goods_of(
        {piece.item_id for some in pieces.values() for piece in some},
        [one for some in insteads.values() for one in some],
    )
    chosen = []
    for case in cases:
        bought = [(piece.line_id, piece.item_id) for piece in pieces[case.id]]
        said = wishes(case.kind, case.currency, bought, insteads.get(case.id, ()), goods)
        if isinstance(said, str):
            raise UnfitChoice(sku=said[:64])
        chosen.append((case, said))
    prices = prices_of(chosen)
    made = {
        row.case_id: row
        for row in Exchange.objects.bulk_create(
            Exchange(
                case=case,
                state_since=now,
                shipping_minor=freight_of(case),
                total_minor=sum(mine) + freight_of(case),
                worth_minor=case.quoted_minor,
            )
            for (case, _wishes), mine in zip(chosen, prices, strict=True)
        )
    }
    Swap.objects.bulk_create(
        Swap(
            exchange=made[case.id],
            piece=piece,
            item_id=wish.item_id,
            basis=basis_of(case, wish),
            price_minor=price,
        )
        for (case, some), mine in zip(chosen, prices, strict=True)
        for piece, wish, price in zip(pieces[case.id], some, mine, strict=True)
    )


def pieces_by_case(cases: Collection[Case]) -> dict[int, list[Piece]]:
    """Read the pieces of cases, by line and position."""
    found: dict[int, list[Piece]] = {case.id: [] for case in cases}
    for piece in Piece.objects.filter(case__in=list(found)).order_by("case_id", "line_id", "position"):
        found[piece.case_id].append(piece)
    return found
