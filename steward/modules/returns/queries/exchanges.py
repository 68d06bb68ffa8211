"""Exchanges as pages and programs see them: what for what, what it costs, where it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.modules.orders.queries.replacing import ReplacementView, replacements
from steward.modules.returns.models import Exchange, Swap
from steward.modules.returns.rules import exchange as rules

STATES: Mapping[str, object] = {
    "chosen": pgettext_lazy("exchange", "Chosen"),
    "reserved": pgettext_lazy("exchange", "Set aside"),
    "advanced": pgettext_lazy("exchange", "Sent in advance"),
    "charged": pgettext_lazy("exchange", "Goods did not come"),
    "released": pgettext_lazy("exchange", "Paid and going out"),
    "open": pgettext_lazy("exchange", "To choose anew"),
    "done": pgettext_lazy("exchange", "Arrived"),
    "ended": pgettext_lazy("exchange", "Called off"),
}
WHYS: Mapping[str, object] = {
    "": "",
    "short": _("What was chosen is not there."),
    "unpaid": _("The difference was not paid in time."),
    "order_cancelled": _("The replacement was cancelled."),
    "rejected": _("No piece that came back counts."),
    "withdrawn": _("The case was withdrawn."),
    "refused": _("The case was refused."),
    "lapsed": _("The goods were not sent back in time."),
    "refund": _("Money goes back instead."),
}


class SwapView(Struct, frozen=True, kw_only=True):
    """So many pieces and what is sent in their place; `kept` false: nothing after all. Units: minor units a piece."""

    line_id: int
    bought_sku: str
    bought_name: str
    sku: str
    name: str
    quantity: int
    price_minor: int
    basis: str
    kept: bool


class ExchangeView(Struct, frozen=True, kw_only=True):
    """What is sent in the place of a case's goods. Units: minor units of `currency`."""

    state: str
    why: str
    order_number: str
    currency: str
    total_minor: int
    shipping_minor: int
    worth_minor: int
    credited_minor: int
    to_pay_minor: int
    pay_by: datetime | None
    swaps: list[SwapView]
    order: ReplacementView | None

    @property
    def may_choose(self) -> bool:
        """Tell whether something else may be chosen."""
        return self.state in rules.TO_CHOOSE

    @property
    def may_turn(self) -> bool:
        """Tell whether money may go back instead."""
        return self.state in (*rules.TO_CHOOSE, *rules.WAITING)

    @property
    def state_label(self) -> str:
        """Name how far it has got."""
        return str(STATES[self.state])

    @property
    def why_label(self) -> str:
        """Say what stopped it; "" where nothing did."""
        return str(WHYS[self.why])

    @property
    def to_give_back_minor(self) -> int:
        """Return what the goods are worth beyond their replacement."""
        return max(0, self.worth_minor - self.total_minor)


def exchanges_of(case_ids: Collection[int]) -> dict[int, ExchangeView]:
    """Read the exchanges of cases, by case; those without one are left out. Three statements."""
    rows = list(Exchange.objects.filter(case__in=case_ids).select_related("case"))
    orders = replacements([row.order_id for row in rows if row.order_id is not None])
    swaps = _swaps(rows)
    return {row.case_id: _view(row, swaps.get(row.id, []), orders.get(row.order_id or 0)) for row in rows}


def exchange_of(case_id: int) -> ExchangeView | None:
    """Read the exchange of a case; None where it has none."""
    return exchanges_of([case_id]).get(case_id)


def case_of_replacement(order_id: int) -> str:
    """Name the case an order was made for; "" where it was made for none."""
    found = Exchange.objects.filter(order_id=order_id).values_list("case__number", flat=True).first()
    return found or ""


def _view(row: Exchange, swaps: list[SwapView], order: ReplacementView | None) -> ExchangeView:
    agreed_minor = max(0, row.total_minor - row.worth_minor) if row.state in rules.TO_CHOOSE else 0
    return ExchangeView(
        state=row.state,
        why=row.why,
        order_number=row.order_number,
        currency=row.case.currency,
        total_minor=row.total_minor,
        shipping_minor=row.shipping_minor,
        worth_minor=row.worth_minor,
        credited_minor=row.credited_minor,
        to_pay_minor=order.open_minor if order and row.state in rules.WITH_ORDER else agreed_minor,
        pay_by=row.pay_by,
        swaps=swaps,
        order=order if row.state in rules.WITH_ORDER else None,
    )


def _swaps(rows: Collection[Exchange]) -> dict[int, list[SwapView]]:
    english = (get_language() or "").startswith("en")
    found: dict[int, list[SwapView]] = {}
    counted: dict[tuple[int, int, int, int, bool], int] = {}
    kept: dict[tuple[int, int, int, int, bool], Swap] = {}
    mine = Swap.objects.filter(exchange__in=[row.id for row in rows]).select_related("item", "piece__item")
    for swap in mine.order_by("id"):
        key = (swap.exchange_id, swap.piece.line_id, swap.item_id, swap.price_minor, swap.kept)
        counted[key] = counted.get(key, 0) + 1
        kept.setdefault(key, swap)
    for key, swap in kept.items():
        bought, item = swap.piece.item, swap.item
        found.setdefault(swap.exchange_id, []).append(
            SwapView(
                line_id=swap.piece.line_id,
                bought_sku=bought.sku,
                bought_name=(bought.name_en if english else bought.name_zh) or bought.sku,
                sku=item.sku,
                name=(item.name_en if english else item.name_zh) or item.sku,
                quantity=counted[key],
                price_minor=swap.price_minor,
                basis=swap.basis,
                kept=swap.kept,
            )
        )
    return found
