"""Ask for goods to be given up, hold them while somebody else decides, and call it off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, events, lifecycles, numbering, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.commands import Ask, ask_approvals, withdraw_approvals
from steward.modules.inventory import queries
from steward.modules.inventory.commands.ending_write_offs import end_write_offs
from steward.modules.inventory.commands.holding import Room, hold_stock, lock_for_holding
from steward.modules.inventory.events import WriteOffAsked
from steward.modules.inventory.models import Stock, StocktakeLine, WriteOff
from steward.modules.inventory.queries import thresholds
from steward.modules.inventory.queries.write_offs import Value, unit_values
from steward.modules.inventory.rules import write_offs as rules

KIND = SUBJECT = "write_off"
SEQUENCE, PREFIX = "inventory_write_off_id_seq", "WO"
COUNTING = ("waiting", "written_off")
MOST = 200
WORDS: Mapping[str, Any] = {
    "unknown_stock": gettext_lazy("there is no such stock any more."),
    "unknown_cause": gettext_lazy("the cause must be expired, damaged, lost or obsolete."),
    "counts": gettext_lazy("“%(value)s” is no number of pieces to give up."),
    "not_free": gettext_lazy("only %(free)s pieces are free; what is set aside or promised to orders stays."),
    "not_expired": gettext_lazy("%(sku)s (lot “%(lot)s”) has not expired."),
    "note_missing": gettext_lazy("say in a few words what happened."),
    "already_asked": gettext_lazy("%(number)s waits for the same goods and cause already."),
    "being_counted": gettext_lazy("%(number)s counts this place now and books what is missing there."),
    "twice": gettext_lazy("the same goods and cause stand here twice."),
}


class WriteOffDraft(Struct, forbid_unknown_fields=True):
    """So many pieces of a stock row to be given up, and why: expired, damaged, lost or obsolete."""

    stock_id: int
    quantity: int
    cause: str
    note: str = ""


class UnfitWriteOff(errors.BadInput):
    """Refuse write-offs that make no sense or cannot be now, every line with what is wrong with it."""

    code = "unfit_write_off"
    status = 422
    message = gettext_lazy("Nothing was held. %(why)s")


class DecidedAlready(errors.Refusal):
    """Refuse to call off what has been agreed to or refused already."""

    code = "decided_already"
    message = gettext_lazy("%(number)s has been decided already. Load the page again.")


Fault = tuple[int, str, str, Mapping[str, Any]]


@command(needs="stock.write_off")
def ask_write_offs(actor: Actor, *, drafts: Sequence[WriteOffDraft], now: datetime) -> list[str]:
    """Ask for goods to be given up, all or none; they are held until somebody else has decided.

    The limits of kind `write_off` say by value who has to agree; write-offs of an item in a warehouse within some days
    count together, so slices do not help; where earlier ones stand in another currency, the strictest limit holds. Who
    set the cost has a hand in it and does not decide. The same goods and cause wait once, so a second click changes
    nothing. Returns the numbers. Raises: UnfitWriteOff with all findings. Emits: WriteOffAsked, ApprovalAsked; where
    nobody has to agree, what `end_write_offs` emits. Locks: promises by id, then stock rows by id. Source: INV-7.
    """
    room = lock_for_holding(one.stock_id for one in drafts[:MOST])
    rows = {row.id: row for row in Stock.objects.select_related("item", "lot", "warehouse").filter(id__in=room.rows)}
    faults = _faults(drafts[:MOST], rows, room, queries.local_day(now))
    if faults or not 0 < len(drafts) <= MOST:
        raise _refused(faults or [(0, "quantity", "counts", {"value": len(drafts)})])
    held: Counter[int] = Counter()
    for one in drafts:
        held[one.stock_id] += one.quantity
    hold_stock(held)
    values = unit_values({row.item_id for row in rows.values()})
    made = [_write(actor, one, rows[one.stock_id], values[rows[one.stock_id].item_id], now) for one in drafts]
    events.record(actor, [_asked(row) for row in made])
    agreed = _ask_second_people(actor, made, values, now)
    end_write_offs(actor, ends=[(row, "grant", "") for row in agreed], now=now)
    return [row.number for row in made]


def _faults(drafts: Sequence[WriteOffDraft], rows: Mapping[int, Stock], room: Room, today: Any) -> list[Fault]:
    """List what is wrong with any draft; what an earlier one takes is not free for a later one."""
    waiting = {
        (stock, cause): number
        for stock, cause, number in WriteOff.objects.filter(stock_id__in=rows, state="waiting").values_list(
            "stock_id", "cause", "number"
        )
    }
    counted = _being_counted([rows[one.stock_id] for one in drafts if one.cause == "lost" and one.stock_id in rows])
    found: list[Fault] = []
    seen: set[tuple[int, str]] = set()
    for place, one in enumerate(drafts):
        row = rows.get(one.stock_id)
        if row is None:
            found.append((place, "stock_id", "unknown_stock", {}))
            continue
        key = (one.stock_id, one.cause)
        if key in waiting or key in seen:
            code = "already_asked" if key in waiting else "twice"
            found.append((place, "stock_id", code, {"number": waiting.get(key, "")}))
            continue
        seen.add(key)
        if one.cause == "lost" and one.stock_id in counted:
            found.append((place, "cause", "being_counted", {"number": counted[one.stock_id]}))
            continue
        expires, free = row.lot.expires_date, room.free(row.id)
        fault = rules.fault(
            quantity=one.quantity, free=free, cause=one.cause, note=one.note, expires_date=expires, today=today
        )
        if fault:
            facts = {"value": one.quantity, "free": free, "sku": row.item.sku, "lot": row.lot.code}
            found.append((place, *fault, facts))
        else:
            room.take(row.id, one.quantity)
    return found


def _being_counted(rows: Sequence[Stock]) -> dict[int, str]:
    """Name the stocktakes under way that count these places, by stock row: they find themselves what is lost there."""
    live = StocktakeLine.objects.filter(is_live=True, item_id__in={row.item_id for row in rows})
    numbers = {
        (item, warehouse, lot, condition): number
        for item, warehouse, lot, condition, number in live.values_list(
            "item_id", "warehouse_id", "lot", "condition", "stocktake__number"
        )
    }
    places = {row.id: (row.item_id, row.warehouse_id, row.lot.code, row.condition) for row in rows}
    return {id_: numbers[place] for id_, place in places.items() if place in numbers}


def _refused(faults: Sequence[Fault]) -> UnfitWriteOff:
    findings = [
        {"field": f"write_offs.{place}.{field}", "in": "body", "code": code, "message": str(WORDS[code]) % facts}
        for place, field, code, facts in faults
    ]
    said = [
        _("Line %(line)s: %(why)s") % {"line": place + 1, "why": finding["message"]}
        for (place, *_rest), finding in zip(faults, findings, strict=True)
    ]
    return UnfitWriteOff(findings, why=" ".join(said))


def _write(actor: Actor, one: WriteOffDraft, stock: Stock, value: Value, now: datetime) -> WriteOff:
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    return WriteOff.objects.create(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        stock=stock,
        quantity=one.quantity,
        cause=one.cause,
        note=one.note.strip()[:200],
        unit_minor=value.unit_minor,
        value_minor=value.unit_minor * one.quantity,
        currency=value.currency,
        basis=value.basis,
        state="waiting",
        asked_by=actor.id,
        asked_at=now,
    )


def _asked(row: WriteOff) -> WriteOffAsked:
    return WriteOffAsked(
        write_off_id=row.id,
        number=row.number,
        item_id=row.stock.item_id,
        warehouse_id=row.stock.warehouse_id,
        lot=row.stock.lot.code,
        condition=row.stock.condition,
        quantity=row.quantity,
        cause=row.cause,
        value_minor=row.value_minor,
        currency=row.currency,
    )


def _ask_second_people(
    actor: Actor, rows: Sequence[WriteOff], values: Mapping[int, Value], now: datetime
) -> list[WriteOff]:
    """Let the limits say who has to agree; returns what nobody has to. Emits: ApprovalAsked."""
    agreed = []
    asked = ask_approvals(actor, asks=[_question(row, values[row.stock.item_id], now) for row in rows], now=now)
    for row, answer in zip(rows, asked, strict=True):
        if answer.outcome == "not_needed":
            agreed.append(row)
        else:
            row.approval_request_id = answer.approval_id
            row.save(update_fields=["approval_request"])
    return agreed


def _question(row: WriteOff, value: Value, now: datetime) -> Ask:
    stock, earlier = row.stock, _earlier_minor(row, now)
    earlier_minor = earlier.pop(row.currency, 0)
    facts: dict[str, object] = {
        "cause": row.cause,
        "sku": f"{stock.item.sku} {stock.item.name_zh}",
        "quantity": row.quantity,
        "warehouse": stock.warehouse.name,
        "lot": stock.lot.code,
        "condition": stock.condition,
        "valued_at": row.basis,
    }
    if earlier_minor:
        facts["given_up_before_minor"] = earlier_minor
    return Ask(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=row.id,
        number=row.number,
        involved=(value.set_by,) if value.set_by else (),
        amount_minor=row.value_minor,
        earlier_minor=earlier_minor,
        currency=row.currency,
        strictest=bool(earlier),
        facts={name: fact for name, fact in facts.items() if fact != ""},
        reason=row.note,
    )


def _earlier_minor(row: WriteOff, now: datetime) -> dict[str, int]:
    """Sum what was given up, or is to be, of the same item and warehouse lately, by currency. Units: minor units."""
    since = now - timedelta(days=parameters.value(thresholds.SLICES_DAYS))
    rows = WriteOff.objects.filter(
        stock__item_id=row.stock.item_id,
        stock__warehouse_id=row.stock.warehouse_id,
        state__in=COUNTING,
        asked_at__gt=since,
    )
    sums = rows.exclude(id__gte=row.id).order_by("currency").values_list("currency").annotate(Sum("value_minor"))
    return dict(sums)


@command(needs="stock.write_off")
def withdraw_write_off(actor: Actor, *, number: str, reason: str = "", now: datetime) -> None:
    """Call a write-off off before it is decided; its goods are free again.

    Raises: NotFound, NotPossible; DecidedAlready where the second person was faster. Emits: WriteOffEnded,
    ApprovalSettled. Locks: the write-off, the approval, then promises by id, then stock rows by id.
    """
    row = WriteOff.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise errors.NotFound(key=number)
    lifecycles.reached(rules.TRANSITIONS, row.state, "withdraw")
    if not withdraw_approvals(
        actor, kind=KIND, subject_kind=SUBJECT, subject_ids=[row.id], reason=reason.strip()[:300], now=now
    ):
        raise DecidedAlready(number=number)
    end_write_offs(actor, ends=[(row, "withdraw", reason)], now=now)
