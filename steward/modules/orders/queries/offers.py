"""Read offers: one with what can be chosen now, those of an order, those that are open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.queries import ClockView
from steward.modules.orders.models import Offer, Order
from steward.modules.orders.queries import words
from steward.modules.orders.queries.offer_facts import offer_facts
from steward.modules.orders.rules import offers as rules

SUBJECT = "offer"


class GoodsView(Struct, frozen=True):
    """Some goods by name. Units: pieces."""

    sku: str
    name_zh: str
    name_en: str
    quantity: int


class OptionView(Struct, frozen=True, kw_only=True):
    """One choice with its terms: what the order holds afterwards, what it costs, what goes back or is to be paid.

    Units: minor units of the order's currency.
    """

    code: str
    kind: str
    goods: list[GoodsView]
    total_minor: int
    refund_minor: int
    extra_minor: int


class OfferView(Struct, frozen=True, kw_only=True):
    """One offer. `terms` are what its answer did; `clock` is set while it runs."""

    id: int
    order_id: int
    order_number: str
    shop: str
    currency: str
    state: str
    goods: list[dict[str, Any]]
    wait_until: date
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    sent_at: datetime | None
    sent_count: int
    opened_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    reason: str
    answer: str
    terms: dict[str, Any]
    simulated: bool
    clock: ClockView | None = None

    @property
    def state_label(self) -> str:
        """Name its state, in the reader's language."""
        return words.word(words.OFFER_STATES, self.state)

    @property
    def answer_label(self) -> str:
        """Name its answer, in the reader's language."""
        return words.word(words.OFFER_ANSWERS, self.answer) if self.answer else ""

    @property
    def is_by_person(self) -> bool:
        """Tell whether a person of the house answered for the buyer."""
        return self.closed_by.startswith(("person:", "token:"))


_NAMES = {"order_number": "order__number", "shop": "order__shop__code", "currency": "order__currency",
          "simulated": "order__simulated"}  # fmt: skip
_FIELDS = [_NAMES.get(name, name) for name in OfferView.__struct_fields__ if name != "clock"]


def get_offer(offer_id: int) -> OfferView:
    """Return one offer. Raises: NotFound."""
    found = _views(Offer.objects.filter(id=offer_id).values_list(*_FIELDS))
    if not found:
        raise errors.NotFound(key=offer_id)
    return found[0]


def offers_of_order(order_id: int) -> list[OfferView]:
    """List the offers of one order, newest first."""
    return _views(Offer.objects.filter(order_id=order_id).order_by("-id").values_list(*_FIELDS))


def open_offers_of(customer_ids: Collection[int], *, limit: int = 20) -> list[OfferView]:
    """List the offers that wait for an answer of some buyers, newest first."""
    rows = Offer.objects.filter(order__customer_id__in=customer_ids, state="open").order_by("-id")
    return _views(rows.values_list(*_FIELDS)[:limit])


def buyer_of_offer(offer_id: int) -> int | None:
    """Tell whose order an offer is about; None where there is no such offer, or its order names nobody."""
    return Offer.objects.filter(id=offer_id).values_list("order__customer_id", flat=True).first()


def offers_page(
    *, states: Sequence[str] = ("open",), shops: Iterable[str] = (), before_id: int | None = None, limit: int = 50
) -> list[OfferView]:
    """List offers, newest first, one page of them; no shops means every shop."""
    rows: Any = Offer.objects.order_by("-id")
    if states:
        rows = rows.filter(state__in=list(states))
    if wanted := list(shops):
        rows = rows.filter(order__shop__code__in=wanted)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _views(rows.values_list(*_FIELDS)[:limit])


def count_open() -> int:
    """Count the offers that wait for an answer."""
    return Offer.objects.filter(state="open").count()


def options(offer: OfferView) -> list[OptionView]:
    """Compute what can be chosen now; nothing once the offer is closed."""
    if offer.state != "open":
        return []
    order = Order.objects.select_related("shop").get(id=offer.order_id)
    found = rules.choices(offer_facts(order, order.shop.pool))
    items = catalog.items_by_id(sorted({line.item_id for choice in found for line in choice.lines}))
    return [
        OptionView(
            code=choice.code,
            kind=choice.kind,
            goods=[
                GoodsView(
                    items[line.item_id].sku, items[line.item_id].name_zh, items[line.item_id].name_en, line.wanted
                )
                for line in choice.lines
                if line.wanted > 0
            ],
            total_minor=choice.total_minor,
            refund_minor=choice.refund_minor,
            extra_minor=choice.extra_minor,
        )
        for choice in found
    ]


def _goods(item: catalog.ItemFacts, quantity: int) -> GoodsView:
    return GoodsView(item.sku, item.name_zh, item.name_en, quantity)


def _views(rows: Iterable[tuple[Any, ...]]) -> list[OfferView]:
    names = [name for name in OfferView.__struct_fields__ if name != "clock"]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    clocks = deadlines.next_clocks(SUBJECT, [one["id"] for one in found])
    return [OfferView(**one, clock=clocks.get(one["id"])) for one in found]
