"""Move goods between sellable, quarantine and damaged; what has expired leaves sale by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, languages
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries
from steward.modules.inventory.commands.entries import lock_holds, lock_rows
from steward.modules.inventory.commands.moving import UnfitMovement
from steward.modules.inventory.commands.promising import release_promises
from steward.modules.inventory.commands.reserving import ANY_HOLD, release_some, tell_of_lost
from steward.modules.inventory.commands.telling import tell_of_expired
from steward.modules.inventory.commands.writing import Move, PromisedAlready, lock_stock, write_movements
from steward.modules.inventory.events import LotsExpired, PromiseWithdrawn
from steward.modules.inventory.models import Hold, Promise, PromiseEntry, Reservation, Stock
from steward.modules.inventory.rules import moving as rules

AT_ONCE = 500
WORDS: Mapping[str, Any] = {
    "unknown_stock": gettext_lazy("there is no such stock any more."),
    "counts": gettext_lazy("only %(value)s pieces lie there."),
    "unknown_condition": gettext_lazy("the condition must be sellable, quarantine or damaged, and another than now."),
    "reason_missing": gettext_lazy("this needs a reason."),
    "expired": gettext_lazy("lot “%(value)s” has expired and cannot be sold."),
}


class Regrade(Struct, forbid_unknown_fields=True):
    """So many pieces of a stock row into another condition."""

    stock_id: int
    quantity: int
    to: str
    reason: str


@command(needs="stock.move")
def regrade_stock(actor: Actor, *, regrades: Sequence[Regrade], withdraw: bool = False, now: datetime) -> int:
    """Move goods into another condition, all or none.

    What is set aside for orders is given back first, for these to be placed anew. Goods orders were promised stay in
    sale, unless `withdraw` takes the promises of the last of them away. Returns how many rows. Raises: UnfitMovement,
    PromisedAlready, NotThere. Emits: StockMoved, PromiseWithdrawn, ReservationsLost. Locks: holds by order id, then
    promises, stock rows and reservations, each by id.
    """
    rows = {
        row.id: row
        for row in Stock.objects.select_related("lot", "warehouse").filter(id__in=[one.stock_id for one in regrades])
    }
    faults = [
        (place, *fault)
        for place, one in enumerate(regrades)
        for fault in _faults(one, rows.get(one.stock_id), queries.local_day(now))
    ]
    if faults:
        raise _refused(faults)
    _take_out_of_sale([(rows[one.stock_id], one.quantity) for one in regrades], withdraw=withdraw, actor=actor)
    write_movements(
        actor, [move for one in regrades for move in _pair(rows[one.stock_id], one.quantity, one.to, one.reason)]
    )
    return len(regrades)


def _faults(one: Regrade, row: Stock | None, today: date) -> list[tuple[str, str, dict[str, Any]]]:
    if row is None:
        return [("stock_id", "unknown_stock", {})]
    found: list[tuple[str, str, dict[str, Any]]] = []
    if not 0 < one.quantity <= row.on_hand:
        found.append(("quantity", "counts", {"value": row.on_hand}))
    if one.to not in rules.CONDITIONS or one.to == row.condition:
        found.append(("to", "unknown_condition", {}))
    if not one.reason.strip():
        found.append(("reason", "reason_missing", {}))
    if one.to == "sellable" and row.lot.expires_date is not None and row.lot.expires_date < today:
        found.append(("to", "expired", {"value": row.lot.code}))
    return found


def _refused(faults: Sequence[tuple[int, str, str, Mapping[str, Any]]]) -> UnfitMovement:
    findings = [
        {"field": f"regrades.{place}.{field}", "in": "body", "code": code, "message": str(WORDS[code]) % facts}
        for place, field, code, facts in faults
    ]
    said = [
        _("Line %(line)s: %(why)s") % {"line": place + 1, "why": finding["message"]}
        for (place, *_rest), finding in zip(faults, findings, strict=True)
    ]
    return UnfitMovement(findings, why=" ".join(said))


def _pair(row: Stock, units: int, to: str, reason: str) -> list[Move]:
    """Write down out of one condition and into the other."""
    facts: dict[str, Any] = {"lot": row.lot.code, "reason": reason.strip()[:200]}
    return [
        Move(row.warehouse_id, row.item_id, "regraded", -units, condition=row.condition, **facts),
        Move(row.warehouse_id, row.item_id, "regraded", units, condition=to, **facts),
    ]


@command(needs="stock.expire")
def quarantine_expired(actor: Actor, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Take goods past their date out of sale into quarantine, with a movement each.

    What was set aside of them is given back, and where a pool has now promised more than it has, the orders promised
    last lose their promise: somebody has to decide about them. Returns how many rows; again is harmless. Emits:
    StockMoved, LotsExpired, PromiseWithdrawn, ReservationsLost. Locks: as `regrade_stock`.
    """
    today = queries.local_day(now)
    rows = list(
        Stock.objects.select_related("lot", "warehouse", "item")
        .filter(condition="sellable", on_hand__gt=F("held"), lot__expires_date__lt=today)
        .order_by("id")[:limit]
    )
    if not rows:
        return 0
    going = [(row, row.on_hand - row.held) for row in rows]
    _take_out_of_sale(going, withdraw=True, actor=actor)
    words = languages.in_each(lambda: _("Past its date"))["zh-hans"]
    moves = [
        move for row, units in going for move in _pair(row, units, "quarantine", f"{words} {row.lot.expires_date}")
    ]
    write_movements(actor, moves)
    events.record(
        actor,
        [
            LotsExpired(item_id=row.item_id, warehouse_id=row.warehouse_id, lot=row.lot.code, quantity=units)
            for row, units in going
        ],
    )
    tell_of_expired(
        actor, [(row.id, f"{row.item.sku} · {row.lot.code}", row.warehouse.name, units) for row, units in going], now
    )
    return len(rows)


def _take_out_of_sale(going: Sequence[tuple[Stock, int]], *, withdraw: bool, actor: Actor) -> None:
    """Give back what is set aside of goods that leave sale, and promises that cannot be kept without them.

    A step of commands. Raises: PromisedAlready; Stale where orders took more of them meanwhile. Emits:
    PromiseWithdrawn, ReservationsLost. Locks: holds by order id, then promises, stock rows and reservations, each by
    id; of all that goes, also of what is not for sale, since the movements that follow lock that too.
    """
    leaving = [(row, units) for row, units in going if row.condition == "sellable"]
    if not leaving:
        return
    set_aside = list(
        Reservation.objects.filter(stock_id__in=[row.id for row, _units in leaving], state="open").values_list(
            "id", "order_id", "stock_id", "quantity"
        )
    )
    needed: dict[tuple[int, str], int] = defaultdict(int)
    for row, units in leaving:
        needed[row.item_id, row.warehouse.pool] += units
    losers = _losers(needed) if withdraw else {}
    lock_holds({*(order for _id, order, *_rest in set_aside), *losers}, states=ANY_HOLD)
    _lock_all(going, losers)
    if losers:
        _withdraw(losers, actor)
    free = queries.free_units(needed)
    if any(free.get(key, 0) < units for key, units in needed.items()):
        raise errors.Stale if withdraw else PromisedAlready
    released = set(release_some(reservation_ids=_too_much(leaving, set_aside, losers)))
    tell_of_lost({order for id_, order, *_rest in set_aside if id_ in released}, "goods_left")


def _lock_all(going: Sequence[tuple[Stock, int]], losers: Mapping[int, Sequence[int]]) -> None:
    """Lock every promise and stock row that will change, each in id order, so that no later step locks out of order."""
    promises = set(
        Promise.objects.filter(item_id__in={row.item_id for row, _units in going}).values_list("id", flat=True)
    )
    promises |= set(PromiseEntry.objects.filter(order_id__in=list(losers)).values_list("promise_id", flat=True))
    lock_rows(promises)
    open_ = Reservation.objects.filter(order_id__in=list(losers), state="open").values_list("stock_id", flat=True)
    lock_stock({*(row.id for row, _units in going), *open_})


def _too_much(
    leaving: Sequence[tuple[Stock, int]], set_aside: Sequence[tuple[int, int, int, int]], losers: Collection[int]
) -> list[int]:
    """Choose the reservations to give back so that what leaves is free: those of losers, then the newest first."""
    by_stock: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for id_, _order, stock, quantity in sorted(set_aside, key=lambda one: (one[1] in losers, one[0]), reverse=True):
        by_stock[stock].append((id_, quantity))
    found = []
    for row, units in leaving:
        lacking = units - (row.on_hand - row.reserved - row.held)
        for id_, quantity in by_stock[row.id]:
            if lacking <= 0:
                break
            found.append(id_)
            lacking -= quantity
    return found


def _losers(needed: Mapping[tuple[int, str], int]) -> dict[int, list[int]]:
    """Choose the orders that lose their promise, unpaid ones first, the last promised first: order → items gone."""
    free = queries.free_units(needed)
    lacking = {key: left for key, units in sorted(needed.items()) if (left := units - free.get(key, 0)) > 0}
    if not lacking:
        return {}
    entries = PromiseEntry.objects.filter(promise__item_id__in={item for item, _pool in lacking})
    sums = entries.values("promise__item_id", "promise__pool", "order_id").annotate(units=Sum("quantity"))
    held: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for item, pool, order, units in sums.filter(units__gt=0).values_list(
        "promise__item_id", "promise__pool", "order_id", "units"
    ):
        held[item, pool].append((order, units))
    orders = {order for key in lacking for order, _units in held[key]}
    firm = set(Hold.objects.filter(order_id__in=orders, state="firm").values_list("order_id", flat=True))
    found: dict[int, list[int]] = defaultdict(list)
    for key, left in lacking.items():
        for order, count in sorted(held[key], key=lambda one: (one[0] in firm, -one[0])):
            if left <= 0:
                break
            found[order].append(key[0])
            left -= count
    return found


def _withdraw(losers: Mapping[int, Sequence[int]], actor: Actor) -> None:
    gone = release_promises(order_ids=list(losers))
    lost = [PromiseWithdrawn(order_id=order, item_ids=list(losers[order]), reason="stock_lost") for order in gone]
    events.record(actor, lost)
