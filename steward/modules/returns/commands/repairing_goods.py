"""Parts of repairs: wanted, set aside in stock, used or given free. What is short waits; nothing goes below zero."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.setting_aside import (
    SetAsideWant,
    release_set_aside,
    set_aside,
    take_set_aside,
)
from steward.modules.inventory.queries.set_asides import set_aside_units
from steward.modules.inventory.queries.write_offs import unit_values
from steward.modules.returns.commands.repairing_moving import hands, locked_repair
from steward.modules.returns.events import RepairPartsChanged
from steward.modules.returns.models import Repair, RepairPart

MOST_PIECES = 99
WANTING = ("received", "diagnosed", "declined", "approved", "in_repair")
WORKING = ("approved", "in_repair")


class UnfitPart(errors.Refusal):
    """Refuse a part that stock does not keep, or that cannot be wanted now."""

    code = "unfit_part"
    status = 422
    message = _(
        "%(sku)s cannot be a part of this repair: name goods kept in stock, 1 to 99 pieces, a warehouse there is."
    )


class PartWant(Struct, frozen=True, kw_only=True):
    """A part that is needed, out of one warehouse or any (""). Without a price the item's counts. Units: minor."""

    sku: str
    quantity: int = 1
    warehouse: str = ""
    price_minor: int | None = None


@command(needs="returns.repair")
def want_parts(actor: Actor, *, repair_id: int, wants: Sequence[PartWant], now: datetime) -> list[int]:
    """Note which parts a repair needs; once it is agreed to they are set aside at once, as far as they are there.

    What comes up after the customer agreed is on the house. Returns the parts. Raises: NotFound, UnfitPart.
    Emits: RepairPartsChanged. Locks: the case, the repair, then stock.
    """
    row, _case = locked_repair(actor, repair_id)
    parts = add_parts(actor, row, wants, now)
    if row.state in WORKING:
        set_parts_aside(actor, [row], now)
    return [part.id for part in parts]


def add_parts(actor: Actor, row: Repair, wants: Sequence[PartWant], now: datetime) -> list[RepairPart]:
    """Write parts of a locked repair with what they cost; a step of commands. Raises: UnfitPart."""
    known = catalog.items_by_code([want.sku for want in wants])
    places = {"", *(code for code, _name in inventory.warehouses())}
    values = unit_values([one.id for one in known.values()])
    parts = []
    for want in wants:
        item = known.get(want.sku)
        fits = item is not None and item.stocked and not item.components and 0 < want.quantity <= MOST_PIECES
        fits = fits and want.warehouse in places and (want.price_minor or 0) >= 0
        if item is None or not fits or row.state not in WANTING:
            raise UnfitPart(sku=want.sku[:64])
        price = item.price_minor if want.price_minor is None else want.price_minor
        is_charged = row.coverage != "in" and row.state not in WORKING
        parts.append(
            RepairPart(
                repair=row, item_id=item.id, quantity=want.quantity, warehouse=want.warehouse,
                price_minor=price if is_charged else 0, cost_minor=values[item.id].unit_minor, at=now, by=actor.id,
            )
        )  # fmt: skip
    return RepairPart.objects.bulk_create(parts)


def set_parts_aside(actor: Actor, rows: Sequence[Repair], now: datetime) -> int:
    """Set aside what is there of the parts that locked repairs wait for; the rest goes on waiting. A step of commands.

    All repairs at once, whoever was opened first is served first. Returns how many parts. Emits: RepairPartsChanged.
    """
    by_id = {row.id: row for row in rows}
    parts = list(RepairPart.objects.filter(repair_id__in=by_id, state="wanted").order_by("repair_id", "id"))
    if not parts:
        return 0
    wants = [
        SetAsideWant(
            reference=by_id[one.repair_id].number, item_id=one.item_id, quantity=one.quantity, warehouse=one.warehouse
        )
        for one in parts
    ]
    given = set_aside(hands(actor, "stock.move"), wants=wants, now=now)
    got = []
    for part, places in zip(parts, given, strict=True):
        if places:
            part.state, part.set_asides, part.warehouse = "set_aside", [one.id for one in places], places[0].warehouse
            got.append(part)
    RepairPart.objects.bulk_update(got, ["state", "set_asides", "warehouse"])
    for row in rows:
        own = [one for one in parts if one.repair_id == row.id]
        if own:
            announce(actor, row, set_aside=sum(one.quantity for one in own if one in got))
    return len(got)


@command(needs="returns.repair")
def serve_waiting(actor: Actor, *, item_ids: Collection[int], now: datetime) -> int:
    """Set aside goods that arrived for the repairs that wait for them, the oldest first. Returns how many parts.

    Emits: RepairPartsChanged. Locks: the repairs in id order, then stock.
    """
    waiting = RepairPart.objects.filter(item_id__in=list(item_ids), state="wanted", repair__state__in=WORKING)
    ids = set(waiting.values_list("repair_id", flat=True))
    rows = Repair.objects.select_for_update(no_key=True).filter(id__in=ids, state__in=WORKING).order_by("id")
    return set_parts_aside(actor, list(rows), now) if ids else 0


def use_parts(actor: Actor, row: Repair, used: Mapping[int, int], now: datetime) -> None:
    """Let parts leave stock as far as they were used; the rest of what was set aside is free. A step of commands.

    `used`: part → pieces; a part that is not named was used whole. Raises: UnfitPart. Emits: RepairPartsChanged.
    """
    parts = list(RepairPart.objects.filter(repair=row, state="set_aside").select_related("item").order_by("id"))
    taken: dict[int, int] = {}
    free: list[int] = []
    held = set_aside_units([id_ for part in parts for id_ in part.set_asides])
    for part in parts:
        left = used.get(part.id, part.quantity)
        if not 0 <= left <= part.quantity:
            raise UnfitPart(sku=part.item.sku)
        part.state, part.used = ("used", left) if left else ("dropped", 0)
        for id_ in part.set_asides:
            units = min(left, held[id_])
            left -= units
            if units:
                taken[id_] = units
            else:
                free.append(id_)
    keeper = hands(actor, "stock.move")
    if taken:
        take_set_aside(keeper, taken=taken, reason=gettext("Part of a repair"), now=now)
    release_set_aside(keeper, ids=free, now=now)
    RepairPart.objects.bulk_update(parts, ["state", "used"])
    if parts:
        announce(actor, row, used=sum(one.used for one in parts))


def release_parts(actor: Actor, row: Repair, now: datetime) -> None:
    """Give free what was set aside for a repair that is not done; nothing is wanted any more. A step of commands."""
    parts = RepairPart.objects.filter(repair=row, state__in=("wanted", "set_aside"))
    held = [id_ for ids in parts.values_list("set_asides", flat=True) for id_ in ids]
    if held:
        release_set_aside(hands(actor, "stock.move"), ids=held, now=now)
    if dropped := parts.update(state="dropped", set_asides=[]):
        announce(actor, row, dropped=dropped)


def announce(actor: Actor, row: Repair, *, set_aside: int = 0, used: int = 0, dropped: int = 0) -> None:
    """Tell what became of a repair's parts, and what it still waits for. Emits: RepairPartsChanged."""
    short = RepairPart.objects.filter(repair=row, state="wanted").values_list("item_id", flat=True)
    changed = RepairPartsChanged(
        repair_id=row.id,
        number=row.number,
        set_aside=set_aside,
        used=used,
        dropped=dropped,
        short=sorted(set(short)),
        simulated=row.simulated,
    )
    events.record(actor, [changed])
