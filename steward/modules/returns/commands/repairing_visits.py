"""Agree on when a repair is seen to: at a station, by its appointments, or by a technician at the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands.appointments import AppointmentDraft, book_appointment, cancel_appointment
from steward.modules.people.queries.stations import appointment, station
from steward.modules.returns.commands.moving import move_pieces, pieces_of
from steward.modules.returns.commands.repairing_moving import SUBJECT, hands, locked_repair, move_repair
from steward.modules.returns.events import RepairVisitSet
from steward.modules.returns.models import Case, Repair, RepairVisit
from steward.modules.returns.queries.technicians import free_technicians, qualified
from steward.modules.returns.rules import repair as rules

ON_SITE_MIN = parameters.define(
    "returns.on_site_min",
    90,
    unit="min",
    label=_("A technician's visit at a customer's takes so long, with the way"),
    minimum=15,
    maximum=480,
)
FURTHEST = timedelta(days=60)
SERVICE = "repair"


class TechnicianBusy(errors.Refusal):
    """Refuse a time at which the technician, or everybody who could come, is somewhere else."""

    code = "technician_busy"
    message = _("Nobody who can repair this is free then. Choose another time.")


class UnfitVisit(errors.Refusal):
    """Refuse a visit that does not fit the repair."""

    code = "unfit_visit"
    status = 422
    message = _("Choose a time ahead, within 60 days, for a repair at a station or on site that has not ended.")


class VisitDraft(Struct, frozen=True, kw_only=True):
    """When a repair is to be seen to, and by whom (None: whoever can and is free).

    With a station it is one of the times the station offers; without, at the customer's.
    """

    starts_at: datetime
    station: str = ""
    technician_id: int | None = None


@command(needs="returns.request")
def book_visit(actor: Actor, *, repair_id: int, draft: VisitDraft, now: datetime) -> int:
    """Book when a repair is seen to; an earlier visit that is still to come is called off. Returns its id.

    At a station its own appointments decide what is free, and one of ours who can repair it is kept free too; at the
    customer's somebody who can repair it has to be free. Nobody is booked twice for the same time. Raises: NotFound,
    UnfitVisit, TechnicianBusy, NotOffered, SlotTaken. Emits: RepairVisitSet, AppointmentBooked.
    Locks: the case, the repair, then the station.
    """
    row, case = locked_repair(actor, repair_id)
    if row.state in rules.OVER or not now < draft.starts_at <= now + FURTHEST:
        raise UnfitVisit
    call_off(actor, row, gettext("Another time was chosen"), now)
    _place(actor, row, case, draft, now)
    appointment_id, ends_at = None, draft.starts_at + timedelta(minutes=int(parameters.value(ON_SITE_MIN)))
    if draft.station:
        wanted = AppointmentDraft(
            station_code=draft.station, service=SERVICE, starts_at=draft.starts_at, customer_id=row.customer_id,
            subject_kind=SUBJECT, subject_id=row.id, note=row.number,
        )  # fmt: skip
        appointment_id = book_appointment(hands(actor, "stations.book"), draft=wanted, now=now)
        ends_at = appointment(appointment_id).ends_at
    technician = _technician(row, draft, ends_at)
    visit = RepairVisit(
        repair=row, technician_id=technician, appointment_id=appointment_id, starts_at=draft.starts_at, ends_at=ends_at,
        booked_at=now, booked_by=actor.id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError as error:
        raise TechnicianBusy from error
    if technician is not None and row.technician_id is None:
        Repair.objects.filter(id=row.id).update(technician_id=technician)
    Case.objects.filter(id=case.id, return_by__lt=ends_at).update(return_by=ends_at)
    _announce(actor, row, visit)
    return visit.id


def _place(actor: Actor, row: Repair, case: Case, draft: VisitDraft, now: datetime) -> None:
    """Let the place of a repair follow its visit, while its goods are still with the customer."""
    place = "station" if draft.station else "on_site"
    if row.state != "awaiting":
        if (row.place == "on_site") != (place == "on_site"):
            raise UnfitVisit
        return
    piece = next(one for one in pieces_of(case) if one.id == row.piece_id)
    if place == "on_site" and piece.reception == "awaiting":
        move_pieces(hands(actor, "returns.receive"), case, [piece], "leave", now)
    elif place == "station" and piece.reception == "left_with_customer":
        raise UnfitVisit
    Repair.objects.filter(id=row.id).update(place=place, station=draft.station[:50])


def _technician(row: Repair, draft: VisitDraft, ends_at: datetime) -> int | None:
    """Choose who comes. At a station nobody of ours has to, and at a partner's nobody does. Raises: TechnicianBusy."""
    if draft.technician_id is None and draft.station and station(draft.station).is_partner:
        return None
    able, _skill = qualified(row.item.category)
    free = free_technicians(able, draft.starts_at, ends_at)
    if draft.technician_id is not None:
        if draft.technician_id not in free:
            raise TechnicianBusy
        return draft.technician_id
    chosen = row.technician_id if row.technician_id in free else next(iter(free), None)
    if chosen is None and not draft.station:
        raise TechnicianBusy
    return chosen


@command(needs="returns.request")
def cancel_visit(actor: Actor, *, repair_id: int, reason: str, now: datetime) -> None:
    """Call off the visit of a repair that is to come; its time is free again. Raises: NotFound, UnfitVisit.

    Emits: RepairVisitSet, AppointmentSettled. Locks: the case, the repair, the appointment.
    """
    row, _case = locked_repair(actor, repair_id)
    if not call_off(actor, row, reason, now):
        raise UnfitVisit


def call_off(actor: Actor, row: Repair, reason: str, now: datetime) -> bool:
    """Call off the visit of a locked repair that is to come, if there is one; a step of commands.

    Emits: RepairVisitSet, AppointmentSettled.
    """
    visit = RepairVisit.objects.filter(repair=row, state="planned").first()
    if visit is None:
        return False
    _end(actor, row, visit, "cancelled")
    if visit.appointment_id is not None:
        booker = hands(actor, "stations.book")
        cancel_appointment(booker, appointment_id=visit.appointment_id, reason=reason, now=now)
    return True


@command(needs="returns.repair")
def follow_appointments(actor: Actor, *, settled: Mapping[int, str], now: datetime) -> int:
    """Let visits and goods follow what happened at the station's counter: appointment → its state.

    Who arrived has brought the goods; a visit that was called off or missed is free. A second run changes nothing.
    Returns how many visits. Emits: RepairVisitSet, CasePieceMoved, RepairMoved. Locks: the cases, the repairs.
    """
    found = RepairVisit.objects.filter(appointment_id__in=list(settled), state="planned").order_by("repair_id")
    for visit_id, repair_id in list(found.values_list("id", "repair_id")):
        row, case = locked_repair(actor, repair_id)
        visit = RepairVisit.objects.get(id=visit_id)
        state = settled[visit.appointment_id or 0]
        if state in ("cancelled", "missed"):
            _end(actor, row, visit, "cancelled")
        elif state == "done":
            _end(actor, row, visit, "done")
        elif state == "arrived" and row.state == "awaiting":
            _bring(actor, row, case, now)
    return len(found)


def _bring(actor: Actor, row: Repair, case: Case, now: datetime) -> None:
    """Receive the goods that were brought to the counter."""
    piece = next(one for one in pieces_of(case) if one.id == row.piece_id)
    if piece.reception in ("awaiting", "lost", "expired"):
        move_pieces(actor, case, [piece], "receive", now, received_at=now)
        move_repair(actor, row, case, "receive", now)


@command(needs="returns.repair")
def follow_moved(actor: Actor, *, appointment_ids: Mapping[int, str], now: datetime) -> int:
    """Let visits follow appointments that were moved: appointment → its station now. Returns how many.

    Where the technician is somewhere else then, the visit has none any more. Emits: RepairVisitSet.
    Locks: the cases, the repairs.
    """
    found = RepairVisit.objects.filter(appointment_id__in=list(appointment_ids), state="planned").order_by("repair_id")
    for visit_id, repair_id in list(found.values_list("id", "repair_id")):
        row, _case = locked_repair(actor, repair_id)
        visit = RepairVisit.objects.get(id=visit_id)
        known = appointment(visit.appointment_id or 0)
        able = [visit.technician_id] if visit.technician_id else []
        free = free_technicians(able, known.starts_at, known.ends_at, but=visit.id)
        facts: dict[str, Any] = {"starts_at": known.starts_at, "ends_at": known.ends_at}
        visit.technician_id = free[0] if free else None
        RepairVisit.objects.filter(id=visit.id).update(**facts, technician_id=visit.technician_id)
        visit.starts_at = known.starts_at
        Repair.objects.filter(id=row.id).update(station=known.station_code)
        _announce(actor, row, visit)
    return len(found)


def _end(actor: Actor, row: Repair, visit: RepairVisit, state: str) -> None:
    if RepairVisit.objects.filter(id=visit.id, state="planned").update(state=state):
        visit.state = state
        _announce(actor, row, visit)


def _announce(actor: Actor, row: Repair, visit: RepairVisit) -> None:
    told = RepairVisitSet(
        repair_id=row.id,
        number=row.number,
        visit_id=visit.id,
        technician_id=visit.technician_id,
        appointment_id=visit.appointment_id,
        starts_at=visit.starts_at,
        state=visit.state,
        simulated=row.simulated,
    )
    events.record(actor, [told])
