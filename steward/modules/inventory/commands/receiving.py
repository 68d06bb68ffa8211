"""Receive goods that were on their way: wholly, in parts, with differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, lifecycles, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands import by_hand
from steward.modules.inventory.commands.moving import MovementDraft, UnfitMovement, checked_moves
from steward.modules.inventory.commands.supply import announce, lock_supply, move_supply
from steward.modules.inventory.commands.writing import Move, write_movements
from steward.modules.inventory.events import ReceiptDiffered
from steward.modules.inventory.models import Movement, ReceiptDifference, Supply, SupplyLine, Warehouse
from steward.modules.inventory.rules import supply as rules
from steward.modules.people import queries as people

OVER_PERCENT = parameters.define(
    "inventory.over_receipt_percent",
    5,
    unit="%",
    label=gettext_lazy("How much more than ordered may be received"),
    kind="number",
    minimum=0,
    maximum=1000,
)
MOST_LINES = 1_000
WORDS: Mapping[str, Any] = {
    "sku_unknown": gettext_lazy("SKU “%(value)s” is not in the catalogue."),
    "not_ordered": gettext_lazy("%(value)s (lot “%(lot)s”) is not on %(number)s."),
    "counts": gettext_lazy("a count cannot be negative or beyond a million."),
    "over_tolerance": gettext_lazy("of %(value)s at most %(most)s more pieces may come in."),
    "too_many_lines": gettext_lazy("at most %(value)s lines at once: book the rest as another receipt."),
    "nothing_counted": gettext_lazy("nothing came: count at least one piece, or say that nothing more will come."),
    "reason_missing": gettext_lazy("say why %(value)s differs."),
}


class SentYourself(errors.Refusal):
    """Refuse to say alone that goods were lost which one sent oneself."""

    code = "sent_yourself"
    status = 403
    message = gettext_lazy(
        "You sent %(number)s yourself, and more of it is missing than one person may book away. Book what came, and "
        "let somebody else say that nothing more will come."
    )


class ReceiptLine(Struct, forbid_unknown_fields=True):
    """What came of an item: sound and damaged pieces, their lot and dates, and why anything differs."""

    sku: str
    quantity: int
    damaged: int = 0
    lot: str = ""
    expires_date: date | None = None
    produced_date: date | None = None
    reason: str = ""


class Receipt(Struct, frozen=True):
    """What became of a delivery. Units: pieces."""

    number: str
    state: str
    received: int
    damaged: int
    differences: int


class Counted(Struct):
    """A line of a receipt with the line it belongs to."""

    place: int
    given: ReceiptLine
    line: SupplyLine


@command(needs="stock.move")
def receive_supply(
    actor: Actor,
    *,
    number: str,
    lines: Sequence[ReceiptLine],
    complete: bool = False,
    reason: str = "",
    version: int | None = None,
    now: datetime,
) -> Receipt:
    """Book what came of a purchase order or transfer; `complete` says that nothing more will come.

    Sound pieces can be sold at once, damaged ones are kept apart. What is over, short (when complete) or damaged
    becomes a difference with its reason; more than the tolerance is refused. All findings at once, and nothing is
    half-done. Raises: NotFound, NotPossible, Stale, UnfitMovement, SentYourself. Emits: StockMoved, ReceiptDiffered,
    SupplyMoved. Locks: the supply, where a transfer falls short the person's bookings by hand, then promises by id,
    then stock rows by id. Source: INV-4.
    """
    row = lock_supply(number, version=version)
    lifecycles.reached(rules.TRANSITIONS, row.state, "receive_part")
    known = list(SupplyLine.objects.filter(supply=row).select_related("item", "lot").order_by("id"))
    counted = _counted(row, known, lines)
    if not counted and not complete:
        raise _refused([(0, "quantity", "nothing_counted", {})])
    _refuse_over(row, counted)
    if complete and row.kind == "transfer":
        _refuse_own_loss(actor, row, known, counted, now)
    write_movements(actor, checked_moves(_drafts(row, counted), kinds=("received", "transferred_in")))
    differences = [one for each in counted for one in _book(row, each, actor, now)]
    SupplyLine.objects.bulk_update({one.line.id: one.line for one in counted}.values(), ["received", "damaged"])
    if complete:
        differences += _short(row, known, reason.strip(), actor, now)
    _close(actor, row, known, complete, now)
    _announce(actor, ReceiptDifference.objects.bulk_create(differences), row)
    return Receipt(
        number=row.number,
        state=row.state,
        received=sum(one.given.quantity for one in counted),
        damaged=sum(one.given.damaged for one in counted),
        differences=len(differences),
    )


def _refused(faults: Sequence[tuple[int, str, str, Mapping[str, Any]]]) -> UnfitMovement:
    """Put what is wrong with a receipt into words: place, field, code, facts."""
    findings = [
        {"field": f"lines.{place}.{field}", "in": "body", "code": code, "message": str(WORDS[code]) % facts}
        for place, field, code, facts in faults
    ]
    said = [
        _("Line %(line)s: %(why)s") % {"line": place + 1, "why": finding["message"]}
        for (place, *_rest), finding in zip(faults, findings, strict=True)
    ]
    return UnfitMovement(findings, why=" ".join(said))


def _counted(row: Supply, known: Sequence[SupplyLine], lines: Sequence[ReceiptLine]) -> list[Counted]:
    """Find the line each counted line belongs to. Raises: UnfitMovement with all findings."""
    by_sku: dict[str, list[SupplyLine]] = defaultdict(list)
    for line in known:
        by_sku[line.item.sku].append(line)
    items = catalog.items_by_sku({given.sku for given in lines})
    faults: list[tuple[int, str, str, Mapping[str, Any]]] = []
    counted = []
    if len(lines) > MOST_LINES:
        raise _refused([(MOST_LINES, "sku", "too_many_lines", {"value": MOST_LINES})])
    for place, given in enumerate(lines):
        of_item = by_sku.get(given.sku, [])
        if row.kind == "transfer":
            of_item = [line for line in of_item if line.lot is not None and line.lot.code == given.lot]
        if given.sku not in items and not of_item:
            faults.append((place, "sku", "sku_unknown", {"value": given.sku}))
        elif not of_item:
            faults.append((place, "sku", "not_ordered", {"value": given.sku, "lot": given.lot, "number": row.number}))
        elif not (0 <= given.quantity <= 1_000_000 and 0 <= given.damaged <= 1_000_000):
            faults.append((place, "quantity", "counts", {}))
        else:
            if given.damaged and not given.reason.strip():
                faults.append((place, "reason", "reason_missing", {"value": given.sku}))
            counted.append(Counted(place, given, of_item[0]))
    if faults:
        raise _refused(faults)
    return [one for one in counted if one.given.quantity or one.given.damaged]


def _refuse_over(row: Supply, counted: Sequence[Counted]) -> None:
    """Refuse more than the tolerance lets in, and more than ordered without a reason. Raises: UnfitMovement."""
    percent = parameters.value(OVER_PERCENT) if row.kind == "purchase" else 0
    coming: dict[int, int] = defaultdict(int)
    faults = []
    for one in counted:
        line, units = one.line, one.given.quantity + one.given.damaged
        before = line.received + line.damaged + coming[line.id]
        most = rules.most_receivable(line.quantity, percent)
        if before + units > most:
            facts = {"value": one.given.sku, "most": max(0, most - before)}
            faults.append((one.place, "quantity", "over_tolerance", facts))
        elif rules.over(line.quantity, before, units) and not one.given.reason.strip():
            faults.append((one.place, "reason", "reason_missing", {"value": one.given.sku}))
        coming[line.id] += units
    if faults:
        raise _refused(faults)


def _drafts(row: Supply, counted: Sequence[Counted]) -> list[MovementDraft]:
    code = Warehouse.objects.values_list("code", flat=True).get(id=row.warehouse_id)
    kind = "received" if row.kind == "purchase" else "transferred_in"
    return [
        MovementDraft(
            warehouse=code,
            item_id=one.line.item_id,
            kind=kind,
            quantity=units,
            reference=row.number,
            reason=one.given.reason.strip()[:200],
            lot=one.given.lot.strip()[:40],
            expires_date=one.given.expires_date if row.kind == "purchase" else None,
            produced_date=one.given.produced_date if row.kind == "purchase" else None,
            condition=condition,
        )
        for one in counted
        for condition, units in (("sellable", one.given.quantity), ("damaged", one.given.damaged))
        if units
    ]


def _book(row: Supply, one: Counted, actor: Actor, now: datetime) -> list[ReceiptDifference]:
    """Add to what the line has received. Returns what is damaged and what is too much."""
    given, line = one.given, one.line
    over = rules.over(line.quantity, line.received + line.damaged, given.quantity + given.damaged)
    line.received += given.quantity
    line.damaged += given.damaged
    return [
        _difference(row, line, given.lot, kind, count, given.reason.strip(), actor, now)
        for kind, count in (("damaged", given.damaged), ("over", over))
        if count
    ]


def _short(
    row: Supply, lines: Sequence[SupplyLine], reason: str, actor: Actor, now: datetime
) -> list[ReceiptDifference]:
    """Note what never came. Raises: UnfitMovement without a reason."""
    missing = [(line, rules.left_to_come(line.quantity, line.received, line.damaged)) for line in lines]
    faults = [
        (place, "reason", "reason_missing", {"value": line.item.sku})
        for place, (line, left) in enumerate(missing)
        if left and not reason
    ]
    if faults:
        raise _refused(faults)
    return [
        _difference(row, line, line.lot.code if line.lot else "", "short", left, reason, actor, now)
        for line, left in missing
        if left
    ]


def _refuse_own_loss(
    actor: Actor, row: Supply, lines: Sequence[SupplyLine], counted: Sequence[Counted], now: datetime
) -> None:
    """Let nobody who sent a transfer say alone that more of it was lost than one person may book away by hand.

    What is below the limit counts towards it. Raises: SentYourself.
    """
    coming: dict[int, int] = defaultdict(int)
    for one in counted:
        coming[one.line.id] += one.given.quantity + one.given.damaged
    left = {line.id: rules.left_to_come(line.quantity, line.received + coming[line.id], line.damaged) for line in lines}
    lost = [
        Move(row.origin_id or 0, line.item_id, "adjusted", -left[line.id], reference=row.number)
        for line in lines
        if left[line.id]
    ]
    sent = Movement.objects.filter(
        item_id__in={move.item_id for move in lost}, warehouse_id=row.origin_id or 0, kind="transferred_out",
        reference=row.number,
    )  # fmt: skip
    senders = people.persons_behind(sent.values_list("actor", flat=True).distinct())
    if people.person_behind(actor.id) in senders.values():
        weighed = by_hand.weigh(actor, lost, now)
        if any(one.waits for one in weighed):
            raise SentYourself(number=row.number)
        by_hand.note_gone(actor, weighed, now)


def _difference(
    row: Supply, line: SupplyLine, lot: str, kind: str, units: int, reason: str, actor: Actor, now: datetime
) -> ReceiptDifference:
    return ReceiptDifference(
        supply=row,
        item_id=line.item_id,
        lot=lot[:40],
        kind=kind,
        quantity=units,
        reason=reason[:200],
        at=now,
        actor=actor.id,
    )


def _close(actor: Actor, row: Supply, lines: Sequence[SupplyLine], complete: bool, now: datetime) -> None:
    left = any(rules.left_to_come(line.quantity, line.received, line.damaged) for line in lines)
    verb = "receive_all" if not left else "close" if complete else "receive_part"
    values: dict[str, Any] = {"first_received_at": row.first_received_at or now}
    if verb != "receive_part":
        values["ended_at"] = now
    move_supply(row, verb, **values)
    announce(actor, row)


def _announce(actor: Actor, made: Sequence[ReceiptDifference], row: Supply) -> None:
    events.record(
        actor,
        [
            ReceiptDiffered(
                difference_id=one.id,
                number=row.number,
                item_id=one.item_id,
                kind=one.kind,
                quantity=one.quantity,
                reason=one.reason,
            )
            for one in made
        ],
    )


@command(needs="stock.purchase")
def settle_difference(actor: Actor, *, difference_id: int, settlement: str, now: datetime) -> None:
    """Say how a difference was settled with the supplier or the carrier.

    Raises: NotFound; Stale when somebody settled it before; BadInput without words.
    """
    words = settlement.strip()[:200]
    if not words:
        finding = {"field": "settlement", "in": "body", "code": "missing", "message": _("Say how it was settled.")}
        raise errors.BadInput([finding])
    if not ReceiptDifference.objects.filter(id=difference_id).exists():
        raise errors.NotFound(key=difference_id)
    changed = ReceiptDifference.objects.filter(id=difference_id, settled_at=None).update(
        settled_at=now, settled_by=actor.id, settlement=words
    )
    if not changed:
        raise errors.Stale
