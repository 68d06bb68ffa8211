"""Ask for goods to be given up, hold them while somebody else decides, and call it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import errors, lifecycles
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals.commands import withdraw_approvals
from steward.modules.inventory import queries
from steward.modules.inventory.commands.ending_write_offs import KIND, end_write_offs
from steward.modules.inventory.commands.holding import Room, lock_for_holding
from steward.modules.inventory.commands.wishes import SUBJECT, Wish, ask_for, being_counted
from steward.modules.inventory.models import Stock, WriteOff
from steward.modules.inventory.rules import write_offs as rules

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
    wishes = [Wish(rows[one.stock_id], one.quantity, one.cause, one.note) for one in drafts]
    return [row.number for row in ask_for(actor, wishes, now)]


def _faults(drafts: Sequence[WriteOffDraft], rows: Mapping[int, Stock], room: Room, today: Any) -> list[Fault]:
    """List what is wrong with any draft; what an earlier one takes is not free for a later one."""
    waiting = {
        (stock, cause): number
        for stock, cause, number in WriteOff.objects.filter(stock_id__in=rows, state="waiting").values_list(
            "stock_id", "cause", "number"
        )
    }
    counted = being_counted([rows[one.stock_id] for one in drafts if one.cause == "lost" and one.stock_id in rows])
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
