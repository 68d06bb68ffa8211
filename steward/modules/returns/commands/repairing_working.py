"""Work on a repair: who does it, what is wrong, is it covered, mend it, test it, or give it up. Source: RET-6."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import Owner, set_owners
from steward.modules.messaging.commands.enclosing import keep_files
from steward.modules.people import queries as people
from steward.modules.returns.commands.moving import INSPECTION, move_pieces, stop_clock
from steward.modules.returns.commands.photos import refuse_foreign_files
from steward.modules.returns.commands.repairing_charges import drop_charge
from steward.modules.returns.commands.repairing_goods import (
    PartWant,
    add_parts,
    release_parts,
    set_parts_aside,
    use_parts,
)
from steward.modules.returns.commands.repairing_moving import (
    DIAGNOSIS,
    DONE,
    SUBJECT,
    hands,
    locked_repair,
    move_repair,
)
from steward.modules.returns.commands.repairing_opening import said
from steward.modules.returns.commands.repairing_quotes import withdraw_quote
from steward.modules.returns.models import Case, Evidence, Repair, RepairPart, RepairWork
from steward.modules.returns.queries.technicians import qualified
from steward.modules.returns.queries.warranties import PieceSold, may_choose_remedy, repaired_before, warranties
from steward.modules.returns.rules import repair as rules

LABOUR_COST = parameters.define(
    "returns.labour_cost_minor_per_h",
    {"CNY": 6_000},
    unit="",
    kind="amounts",
    label=_("What an hour of a technician costs us"),
)
LONGEST_MIN = 24 * 60


class UnfitWork(errors.Refusal):
    """Refuse a record of work that does not say what was found or done."""

    code = "unfit_repair_work"
    status = 422
    message = _("Say what is wrong and why, and give 0 to 1440 minutes.")


class SerialNeeded(errors.Refusal):
    """Refuse to diagnose goods that carry a serial number without it: the warranty hangs on it."""

    code = "serial_needed"
    status = 422
    message = _("%(sku)s carries a serial number: scan it, the warranty hangs on it.")


class NotCovered(errors.Refusal):
    """Refuse to repair for nothing what no warranty covers."""

    code = "not_covered"
    message = _(
        "The warranty does not cover this, or nobody has said so yet. Make a quote, or decide about the warranty."
    )


class NotQualified(errors.Refusal):
    """Refuse to give a repair to somebody who cannot do it."""

    code = "not_qualified"
    status = 422
    message = _("This person does not repair, or lacks the skill for it: %(skill)s.")


class PartsMissing(errors.Refusal):
    """Refuse to begin before the parts are there."""

    code = "parts_missing"
    message = _("Parts are missing: %(skus)s. They are set aside as soon as they arrive.")


class WorkDraft(Struct, frozen=True, kw_only=True):
    """A piece of work: how long it took, what there is to say, pictures. Units: minutes."""

    minutes: int = 0
    note: str = ""
    attachment_ids: tuple[int, ...] = ()


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What is wrong and by whose doing, the serial number that was read, and which parts it needs."""

    fault: str
    cause: str
    serial: str = ""
    parts: tuple[PartWant, ...] = ()
    work: WorkDraft = WorkDraft()


@command(needs="returns.repair")
def assign_repair(actor: Actor, *, repair_id: int, technician_id: int, now: datetime) -> None:
    """Give a repair to a technician who may repair and has the skill its goods ask for; its limits are theirs.

    Raises: NotFound, NotPossible, NotQualified. Locks: the case, the repair.
    """
    row, _case = locked_repair(actor, repair_id)
    if row.state in rules.OVER:
        raise errors.NotPossible(state=row.state, verb="assign")
    _give(actor, row, technician_id, now)


def _give(actor: Actor, row: Repair, technician_id: int, now: datetime) -> None:
    able, skill = qualified(row.item.category)
    if technician_id not in able:
        raise NotQualified(skill=skill or "–")
    Repair.objects.filter(id=row.id).update(technician_id=technician_id)
    row.technician_id = technician_id
    set_owners(actor, owners=[Owner(SUBJECT, row.id, kind, technician_id) for kind in (DIAGNOSIS, DONE)], at=now)


@command(needs="returns.repair")
def diagnose_repair(actor: Actor, *, repair_id: int, found: Diagnosis, now: datetime) -> None:
    """Write down what is wrong. What the warranty covers is repaired at once, unless the customer may choose otherwise.

    The warranty is looked up again with the serial number; misuse and wear are never covered. Whether this piece was
    repaired so often that the customer may choose a replacement or the money is counted here. Raises: NotFound,
    NotPossible, UnfitWork, SerialNeeded, UnfitPart. Emits: RepairMoved, RepairPartsChanged. Locks: the case, the
    repair, then stock.
    """
    row, case = locked_repair(actor, repair_id)
    if found.fault not in rules.FAULTS or found.cause not in rules.CAUSES:
        raise UnfitWork
    serial = found.serial.strip()[:80]
    if row.item.serialised and not serial:
        raise SerialNeeded(sku=row.item.sku)
    sold = PieceSold(row.piece.line_id, serial, row.piece.position, case.requested_at)
    warranty = warranties([sold], now=now)[0]
    row.coverage = row.coverage if row.coverage_by else rules.coverage_after(warranty.status, found.cause)
    changes = {
        "fault": found.fault,
        "cause": found.cause,
        "serial": serial,
        "warranty": said(warranty),
        "coverage": row.coverage,
        "repaired_before": repaired_before([(sold, found.fault)], but=[row.id])[0],
    }
    add_parts(actor, row, found.parts, now)
    _log(actor, row, "diagnosis", found.work, now)
    stop_clock(actor, [case], INSPECTION, now)
    move_repair(actor, row, case, "diagnose", now, **changes)
    if row.coverage == "in" and found.cause == "defect" and not may_choose_remedy(row):
        _authorise(actor, row, case, now)


@command(needs="returns.decide")
def decide_coverage(actor: Actor, *, repair_id: int, is_covered: bool, why: str, now: datetime) -> None:
    """Say whether a repair is free of charge, against or in place of what the warranty says; with a reason.

    Raises: NotFound, NotPossible, ReasonNeeded. Locks: the case, the repair.
    """
    row, _case = locked_repair(actor, repair_id)
    if row.state not in ("awaiting", "received", "diagnosed", "declined"):
        raise errors.NotPossible(state=row.state, verb="decide")
    said_why = why.strip()[:200]
    if not said_why:
        raise ReasonNeeded
    by = people.person_behind(actor.id)
    coverage = "in" if is_covered else "out"
    Repair.objects.filter(id=row.id).update(coverage=coverage, coverage_why=said_why, coverage_by=by)
    if not is_covered:
        return
    RepairPart.objects.filter(repair=row).update(price_minor=0)


class ReasonNeeded(errors.Refusal):
    """Refuse to decide about money without saying why."""

    code = "reason_needed"
    status = 422
    message = _("Say why: it is kept with the repair.")


@command(needs="returns.repair")
def authorise_repair(actor: Actor, *, repair_id: int, now: datetime) -> None:
    """Let a repair begin that costs the customer nothing; its parts are set aside. Raises: NotFound, NotPossible,
    NotCovered. Emits: RepairMoved, RepairPartsChanged. Locks: the case, the repair, then stock.
    """
    row, case = locked_repair(actor, repair_id)
    rules.next_state(row.state, "authorise")
    if row.coverage != "in":
        raise NotCovered
    _authorise(actor, row, case, now)


def _authorise(actor: Actor, row: Repair, case: Case, now: datetime) -> None:
    move_repair(actor, row, case, "authorise", now)
    set_parts_aside(actor, [row], now)


@command(needs="returns.repair")
def begin_repair(actor: Actor, *, repair_id: int, now: datetime) -> None:
    """Begin the work; whoever begins it has it, unless somebody has. Raises: NotFound, NotPossible, PartsMissing,
    NotQualified. Emits: RepairMoved. Locks: the case, the repair.
    """
    row, case = locked_repair(actor, repair_id)
    rules.next_state(row.state, "begin")
    short = RepairPart.objects.filter(repair=row, state="wanted").values_list("item__sku", flat=True)
    if short:
        raise PartsMissing(skus=", ".join(sorted(set(short))))
    if row.technician_id is None and actor.staff_id is not None:
        _give(actor, row, actor.staff_id, now)
    move_repair(actor, row, case, "begin", now)


@command(needs="returns.repair")
def record_test(
    actor: Actor, *, repair_id: int, passed: bool, work: WorkDraft, used: Mapping[int, int] | None = None, now: datetime
) -> None:
    """Note what was done and whether it works now: then it is ready, else the work goes on.

    Parts that were used leave stock under the repair's number, the others are free again; `used`: part → pieces, whole
    where none is named. Raises: NotFound, NotPossible, UnfitWork, UnfitPart. Emits: RepairMoved, RepairPartsChanged,
    StockMoved. Locks: the case, the repair, then stock.
    """
    row, case = locked_repair(actor, repair_id)
    move_repair(actor, row, case, "test", now)
    _log(actor, row, "test", work, now, passed=passed)
    if not passed:
        move_repair(actor, row, case, "redo", now)
        return
    use_parts(actor, row, used or {}, now)
    move_repair(actor, row, case, "finish", now)


@command(needs="returns.repair")
def give_up_repair(actor: Actor, *, repair_id: int, work: WorkDraft, now: datetime) -> None:
    """Say that something cannot be repaired: its parts are free, nothing is owed, and the customer chooses what then.

    Raises: NotFound, NotPossible, UnfitWork. Emits: RepairMoved, RepairPartsChanged, RepairChargeSettled.
    Locks: the case, the repair, then stock and money.
    """
    row, case = locked_repair(actor, repair_id)
    if not work.note.strip():
        raise UnfitWork
    _log(actor, row, "test", work, now, passed=False)
    move_repair(actor, row, case, "give_up", now)
    release_parts(actor, row, now)
    drop_charge(actor, row, now)


@command(needs="returns.repair")
def give_back_unrepaired(actor: Actor, *, repair_id: int, now: datetime) -> None:
    """Let something go back as it came; nothing is owed for it. Raises: NotFound, NotPossible.

    Emits: RepairMoved, RepairPartsChanged, RepairChargeSettled. Locks: the case, the repair, then stock and money.
    """
    row, case = locked_repair(actor, repair_id)
    move_repair(actor, row, case, "give_back", now)
    withdraw_quote(actor, row, case, now)
    release_parts(actor, row, now)
    drop_charge(actor, row, now)


@command(needs="returns.repair")
def receive_on_site(actor: Actor, *, repair_id: int, now: datetime) -> None:
    """Note that the technician stands before the goods at the customer's. Raises: NotFound, NotPossible.

    Emits: RepairMoved. Locks: the case, the repair.
    """
    row, case = locked_repair(actor, repair_id)
    if row.place != "on_site":
        raise errors.NotPossible(state=row.state, verb="receive")
    if row.piece.reception == "awaiting":
        move_pieces(hands(actor, "returns.receive"), case, [row.piece], "leave", now)
    move_repair(actor, row, case, "receive", now)


def _log(actor: Actor, row: Repair, kind: str, work: WorkDraft, now: datetime, *, passed: bool | None = None) -> None:
    """Write down a piece of work with its pictures, and what the time costs. Raises: UnfitWork, UnknownFile."""
    if not 0 <= work.minutes <= LONGEST_MIN:
        raise UnfitWork
    cost = rules.labour_minor(work.minutes, int(parameters.value(LABOUR_COST).get(row.currency, 0)))
    files = list(dict.fromkeys(work.attachment_ids))
    refuse_foreign_files(actor, row.case, files)
    RepairWork.objects.create(
        repair=row, kind=kind, minutes=work.minutes, passed=passed, note=work.note.strip()[:1000], attachments=files,
        cost_minor=cost, at=now, by=actor.id,
    )  # fmt: skip
    keep_files(files)
    Evidence.objects.bulk_create(
        [Evidence(case_id=row.case_id, attachment_id=id_, shows="repair", given_by=actor.id, at=now) for id_ in files],
        ignore_conflicts=True,
    )
    if cost:
        Repair.objects.filter(id=row.id).update(labour_minor=row.labour_minor + cost)
        row.labour_minor += cost
