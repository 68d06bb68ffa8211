"""Lend something from stock while a repair lasts; it comes back with a grade, or is lost and owed."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.setting_aside import SetAsideWant, set_aside, take_set_aside
from steward.modules.returns.commands.repairing_charges import charge
from steward.modules.returns.commands.repairing_moving import LOANER, SUBJECT, hands, locked_repair
from steward.modules.returns.events import LoanerMoved
from steward.modules.returns.models import Loaner, Repair
from steward.modules.returns.rules import repair as rules

DAYS = parameters.define(
    "returns.loaner_days",
    14,
    unit="days",
    label=_("Something lent during a repair is due back after so many days"),
    minimum=1,
    maximum=180,
)
CONDITIONS = {"A": "quarantine", "B": "quarantine", "C": "quarantine", "D": "damaged"}


class NothingToLend(errors.Refusal):
    """Refuse to lend what is not there, or is lent already."""

    code = "nothing_to_lend"
    message = _("%(sku)s cannot be lent: none is free there, this one is lent already, or the customer has one.")


class UnfitLoan(errors.Refusal):
    """Refuse a loan or a return of one that does not say what is needed."""

    code = "unfit_loan"
    status = 422
    message = _("Name goods kept in stock (with their serial number where they carry one), and grades from A to D.")


class LoanDraft(Struct, frozen=True, kw_only=True):
    """What is lent, out of which warehouse, for how many days (None: as usual). Units: days."""

    sku: str
    warehouse: str
    serial: str = ""
    days: int | None = None


@command(needs="returns.repair")
def lend(actor: Actor, *, repair_id: int, draft: LoanDraft, now: datetime) -> int:
    """Lend one piece out of stock; it leaves under the repair's number and is due back in time. Returns its id.

    Raises: NotFound, NotPossible, UnfitLoan, NothingToLend. Emits: LoanerMoved, StockMoved.
    Locks: the case, the repair, then stock.
    """
    row, _case = locked_repair(actor, repair_id)
    if row.state in rules.OVER:
        raise errors.NotPossible(state=row.state, verb="lend")
    item = catalog.item_by_code(draft.sku)
    days = int(parameters.value(DAYS)) if draft.days is None else draft.days
    serial = draft.serial.strip()[:80]
    fits = item is not None and item.stocked and not item.components and 0 < days <= 180
    if item is None or not fits or not draft.warehouse or (item.serialised and not serial):
        raise UnfitLoan
    keeper = hands(actor, "stock.move")
    want = SetAsideWant(reference=row.number, item_id=item.id, quantity=1, warehouse=draft.warehouse)
    [places] = set_aside(keeper, wants=[want], now=now)
    if not places:
        raise NothingToLend(sku=item.sku)
    take_set_aside(keeper, taken={places[0].id: 1}, reason=gettext("Lent during a repair"), now=now)
    loaner = Loaner(
        repair=row, item_id=item.id, serial=serial, warehouse=places[0].warehouse, lot=places[0].lot, lent_at=now,
        lent_by=actor.id, due_at=rules.loaner_due(now, days),
    )  # fmt: skip
    try:
        with transaction.atomic():
            loaner.save(force_insert=True)
    except IntegrityError as error:
        raise NothingToLend(sku=item.sku) from error
    start = ClockStart(
        SUBJECT, row.id, LOANER, now, {"place": row.place}, simulated=row.simulated, due_at=loaner.due_at
    )
    start_clocks(actor, starts=[start], now=now)
    _announce(actor, row, loaner)
    return loaner.id


@command(needs="returns.repair")
def take_loaner_back(actor: Actor, *, loaner_id: int, grade: str, note: str = "", now: datetime) -> None:
    """Take back what was lent: it is looked at again before it is for sale, what is broken is booked as damaged.

    Raises: NotFound, NotPossible, UnfitLoan. Emits: LoanerMoved, StockMoved. Locks: the case, the repair, then stock.
    """
    row, loaner = _locked(actor, loaner_id)
    if grade not in rules.GRADES:
        raise UnfitLoan
    _end(loaner, "returned", now, grade=grade, note=note.strip()[:400])
    draft = MovementDraft(
        loaner.warehouse, loaner.item_id, "returned", 1, reference=row.number, reason=gettext("Lent during a repair"),
        lot=loaner.lot, condition=CONDITIONS[grade],
    )  # fmt: skip
    record_movements(hands(actor, "stock.move"), movements=[draft], now=now)
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, LOANER)], at=now)
    _announce(actor, row, loaner)


@command(needs="returns.decide")
def lose_loaner(actor: Actor, *, loaner_id: int, amount_minor: int, why: str, now: datetime) -> None:
    """Say that what was lent will not come back; the customer owes the amount for it, 0 for nothing.

    Units: minor units. Raises: NotFound, NotPossible, UnfitLoan. Emits: LoanerMoved, RepairCharged.
    Locks: the case, the repair.
    """
    row, loaner = _locked(actor, loaner_id)
    if amount_minor < 0 or not why.strip():
        raise UnfitLoan
    _end(loaner, "lost", now, note=why.strip()[:400])
    if amount_minor:
        charge(actor, row, "loaner", amount_minor, now)
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, row.id, LOANER)], at=now)
    _announce(actor, row, loaner)


def _locked(actor: Actor, loaner_id: int) -> tuple[Repair, Loaner]:
    repair_id = Loaner.objects.filter(id=loaner_id).values_list("repair_id", flat=True).first()
    if repair_id is None:
        raise errors.NotFound(key=loaner_id)
    row, _case = locked_repair(actor, repair_id)
    return row, Loaner.objects.get(id=loaner_id)


def _end(loaner: Loaner, state: str, now: datetime, **facts: str) -> None:
    if not Loaner.objects.filter(id=loaner.id, state="lent").update(state=state, ended_at=now, **facts):
        raise errors.NotPossible(state=loaner.state, verb=state)
    loaner.state, loaner.grade = state, facts.get("grade", "")


def _announce(actor: Actor, row: Repair, loaner: Loaner) -> None:
    moved = LoanerMoved(
        repair_id=row.id,
        number=row.number,
        loaner_id=loaner.id,
        item_id=loaner.item_id,
        serial=loaner.serial,
        state=loaner.state,
        due_at=loaner.due_at,
        grade=loaner.grade,
        simulated=row.simulated,
    )
    events.record(actor, [moved])
