"""Ask buyers what they want when goods are short: make offers, send them again, note that they were opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks
from steward.modules.messaging.commands import LinkWish, Outgoing, send_messages
from steward.modules.messaging.queries.links import usual_end
from steward.modules.orders.commands.moving import Standing, lock_order, lock_orders
from steward.modules.orders.events import OfferMade, OfferWithdrawn
from steward.modules.orders.models import Offer, Order
from steward.modules.orders.queries.offer_facts import units_short

SUBJECT, CLOCK, PURPOSE = "offer", "offer_answer", "stock_offer"
OPEN_STATES = ("received", "checked", "audit")
AT_ONCE = 200
WAIT_DAYS = parameters.define(
    "orders.offer_wait_days",
    7,
    unit="days",
    label=_("Days until goods that are short are expected, where nobody knows better"),
    minimum=1,
    maximum=365,
)
OFFERED_AFTER_S = parameters.define(
    "orders.offer_after_s",
    1_800,
    unit="s",
    label=_("How long an order is short of stock before its buyer is asked what they want (0: never by itself)"),
    minimum=0,
)
CANCELS = parameters.define(
    "orders.offer_unanswered_cancels",
    False,  # noqa: FBT003  (the default of a switch)
    unit="",
    kind="boolean",
    label=_("Cancel orders whose buyers do not answer the offer in time; otherwise they wait for the goods"),
)


class NotShort(errors.Refusal):
    """Refuse to offer alternatives where all is there, or the order is over."""

    code = "not_short"
    status = 409
    message = _("This order is not short of stock, so there is nothing to choose.")


class OfferOpen(errors.Refusal):
    """Refuse a second offer while one waits for its answer."""

    code = "offer_open"
    status = 409
    message = _("An offer for this order waits for its answer already; send that one again.")


class OfferClosed(errors.Refusal):
    """Refuse what only an open offer allows."""

    code = "offer_closed"
    status = 409
    message = _("This offer is closed already.")


class PastDate(errors.Refusal):
    """Refuse to let somebody wait until a day that is over."""

    code = "past_date"
    status = 422
    message = _("Give a day after today until which the goods can be expected.")


@command(needs="orders.offer")
def make_offer(actor: Actor, *, order_id: int, now: datetime, wait_until: date | None = None) -> int:
    """Ask the buyer of one order that is short of stock; without a date they are told the usual time.

    Returns the offer's id. Raises: NotFound, NotShort, OfferOpen, PastDate. Emits: OfferMade. Locks: the order.
    """
    one = lock_order(order_id)
    if not waits_for_goods(one):
        raise NotShort
    if Offer.objects.filter(order_id=order_id, state="open").exists():
        raise OfferOpen
    if wait_until is not None and wait_until <= now.date():
        raise PastDate
    return _make(actor, [one], wait_until, now)[0]


@command(needs="orders.offer")
def offer_short(actor: Actor, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Ask the buyers of orders that have been short for a while and were not asked, or waited in vain since.

    Returns how many. Emits: OfferMade. Locks: orders in id order. Source: ORD-4.
    """
    after_s = parameters.value(OFFERED_AFTER_S)
    if not after_s:
        return 0
    offers = Offer.objects.filter(order_id=OuterRef("id"))
    standing = offers.filter(~Q(state__in=("answered", "expired")) | Q(wait_until__gte=now.date()))
    short = Order.objects.filter(
        ~Exists(standing),
        fulfilment_state="short",
        state__in=OPEN_STATES,
        historic=False,
        state_since__lte=now - timedelta(seconds=after_s),
    )
    found = list(short.order_by("id").values_list("id", flat=True)[:limit])
    orders = [one for one in lock_orders(found).values() if waits_for_goods(one)]
    asked = set(Offer.objects.filter(order_id__in=found, state="open").values_list("order_id", flat=True))
    return len(_make(actor, [one for one in orders if one.id not in asked], None, now))


def waits_for_goods(one: Standing) -> bool:
    """Tell whether an order waits for goods so that its buyer has something to choose."""
    lacks = one.fulfilment_state == "short" or (
        one.fulfilment_state == "released" and one.may_go_on and one.state == "received"
    )
    return lacks and one.state in OPEN_STATES and not one.historic


def _make(actor: Actor, orders: Sequence[Standing], wait_until: date | None, now: datetime) -> list[int]:
    """Write offers of locked orders, start their clocks and tell the buyers."""
    if not orders:
        return []
    until = wait_until or (now + timedelta(days=parameters.value(WAIT_DAYS))).date()
    goods = _goods(orders)
    offers = Offer.objects.bulk_create(
        Offer(order_id=one.id, goods=goods[one.id], wait_until=until, made_at=now, made_by=actor.id) for one in orders
    )
    starts = [
        ClockStart(SUBJECT, offer.id, CLOCK, now, simulated=one.simulated)
        for offer, one in zip(offers, orders, strict=True)
    ]
    start_clocks(actor, starts=starts, now=now)
    due = deadlines.next_clocks(SUBJECT, [offer.id for offer in offers])
    for offer in offers:
        offer.expires_at = due[offer.id].due_at if offer.id in due else None
    Offer.objects.bulk_update(offers, ["expires_at"])
    events.record(
        actor,
        [
            OfferMade(order_id=one.id, offer_id=offer.id, wait_until=until, simulated=one.simulated)
            for offer, one in zip(offers, orders, strict=True)
        ],
    )
    send(actor, offers, now)
    return [offer.id for offer in offers]


def _goods(orders: Sequence[Standing]) -> dict[int, list[dict[str, str | int]]]:
    """Name what is short of each order, and by how much."""
    short = units_short({one.id: one.pool for one in orders})
    items = catalog.items_by_id(list({item for units in short.values() for item in units}))
    return {
        id_: [
            {"sku": items[item].sku, "name_zh": items[item].name_zh, "name_en": items[item].name_en, "missing": count}
            for item, count in sorted(units.items())
        ]
        for id_, units in short.items()
    }


def send(actor: Actor, offers: Sequence[Offer], now: datetime) -> None:
    """Send offers to their buyers, where they are known; each sending is a message of its own."""
    orders = Order.objects.in_bulk([offer.order_id for offer in offers])
    known = [offer for offer in offers if orders[offer.order_id].customer_id is not None]
    send_messages(actor, messages=[_message(offer, orders[offer.order_id], now) for offer in known], now=now)
    sent = Offer.objects.filter(id__in=[offer.id for offer in known])
    sent.update(sent_at=now, sent_count=F("sent_count") + 1)


def _message(offer: Offer, order: Order, now: datetime) -> Outgoing:
    """Write the message an offer is sent with; its link lives as long as there is something to see behind it."""
    assert order.customer_id is not None
    ends = max(offer.expires_at or now, usual_end(now))
    return Outgoing(
        template="stock_offer",
        customer_id=order.customer_id,
        subject_kind="order",
        subject_id=offer.order_id,
        params={
            "order_number": order.number,
            "goods": _goods_words(offer),
            "answer_before": (offer.expires_at or ends).isoformat(),
        },
        dedupe_key=f"offer:{offer.id}:{offer.sent_count + 1}",
        simulated=order.simulated,
        link=LinkWish(purpose=PURPOSE, subject_id=offer.id, expires_at=ends),
    )


def _goods_words(offer: Offer) -> dict[str, str]:
    chinese = "、".join(one["name_zh"] or one["sku"] for one in offer.goods)
    english = ", ".join(one["name_en"] or one["name_zh"] or one["sku"] for one in offer.goods)
    return {"zh-hans": chinese, "zh-hant": chinese, "en": english}


@command(needs="orders.offer")
def resend_offer(actor: Actor, *, offer_id: int, now: datetime) -> None:
    """Send an open offer once more. Raises: NotFound, OfferClosed. Locks: the offer."""
    offer = Offer.objects.select_for_update().filter(id=offer_id).first()
    if offer is None:
        raise errors.NotFound(key=offer_id)
    if offer.state != "open":
        raise OfferClosed
    send(actor, [offer], now)


@command(needs="orders.offer")
def note_opened(actor: Actor, *, offer_id: int, now: datetime) -> None:
    """Note when an offer was first looked at."""
    Offer.objects.filter(id=offer_id, opened_at=None).update(opened_at=now)


@command(needs="orders.offer")
def withdraw_offers(actor: Actor, *, order_ids: Sequence[int], why: str, now: datetime) -> int:
    """Take back the open offers of orders that need none any more. Returns how many; a second run finds none.

    Emits: OfferWithdrawn. Locks: orders in id order.
    """
    orders = lock_orders(order_ids)
    open_ = dict(Offer.objects.filter(order_id__in=list(orders), state="open").values_list("id", "order_id"))
    closed = {"state": "withdrawn", "closed_at": now, "closed_by": actor.id, "reason": why}
    Offer.objects.filter(id__in=list(open_), state="open").update(**closed)
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, id_, CLOCK) for id_ in open_], at=now)
    events.record(
        actor,
        [
            OfferWithdrawn(order_id=order_id, offer_id=id_, why=why, simulated=orders[order_id].simulated)
            for id_, order_id in open_.items()
        ],
    )
    return len(open_)
