"""Book, move and cancel visits to service stations, and serve them at the counter."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.lifecycles import reached
from steward.modules.people.events import AppointmentAnnounced, AppointmentBooked, AppointmentMoved, AppointmentSettled
from steward.modules.people.models import Appointment, Station
from steward.modules.people.queries.calendars import active_calendar
from steward.modules.people.queries.stations import StationView, offered_spans, station
from steward.modules.people.rules import stations as rules
from steward.modules.people.rules.calendars import Span

LONGEST_TEXT = 200
AT_ONCE = 500
REMINDER_H = parameters.define(
    "people.appointment_reminder_h",
    24,
    unit="h",
    label=_("Who has an appointment at a station is reminded so many hours before"),
    minimum=1,
    maximum=168,
)
GRACE_MIN = parameters.define(
    "people.appointment_grace_min",
    30,
    unit="min",
    label=_("Who has not come so long after their appointment was over is noted as missing"),
    minimum=0,
    maximum=1_440,
)


class AppointmentDraft(Struct, frozen=True, kw_only=True):
    """A visit to book. What it is about (`subject_kind`, `subject_id`) and who comes are kept as plain facts."""

    station_code: str
    service: str
    starts_at: datetime
    customer_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    note: str = ""


class NotOffered(errors.Refusal):
    """Refuse a time that a station does not offer."""

    code = "slot_not_offered"
    status = 409
    message = _("%(station)s does not offer this then. Choose one of the free times.")


class SlotTaken(errors.Refusal):
    """Refuse a time whose places are all given."""

    code = "slot_taken"
    status = 409
    message = _("This time has just been taken. Choose another one.")


class BookedAlready(errors.Refusal):
    """Refuse the same visit of the same customer a second time."""

    code = "booked_already"
    status = 409
    message = _("This very appointment is booked already.")


class NotToday(errors.Refusal):
    """Refuse to check in who is expected on another day."""

    code = "not_expected_today"
    status = 409
    message = _("This appointment is on another day: %(day)s. Move it first.")


@command(needs="stations.book")
def book_appointment(actor: Actor, *, draft: AppointmentDraft, now: datetime) -> int:
    """Book a visit at one of the times a station offers; the lowest free place is kept. Returns its id.

    Raises: NotFound, NotOffered, BookedAlready, SlotTaken. Emits: AppointmentBooked. Locks: the station.
    Source: CUS-4.
    """
    where = _locked(draft.station_code)
    span = _offered(where, draft.service, draft.starts_at, now)
    _refuse_again(where, draft.customer_id, draft.service, span)
    row = Appointment(
        code=rules.new_code(),
        station_id=where.id,
        service=draft.service,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        place=_free_place(where, span),
        customer_id=draft.customer_id,
        subject_kind=draft.subject_kind,
        subject_id=draft.subject_id,
        note=draft.note.strip()[:LONGEST_TEXT],
        booked_at=now,
        booked_by=actor.id,
    )
    row.save(force_insert=True)
    booked = AppointmentBooked(
        appointment_id=row.id,
        station_code=where.code,
        service=row.service,
        starts_at=row.starts_at,
        customer_id=row.customer_id,
        about_kind=row.subject_kind,
        about_id=row.subject_id,
    )
    events.record(actor, [booked])
    return row.id


@command(needs="stations.book")
def move_appointment(
    actor: Actor, *, appointment_id: int, starts_at: datetime, station_code: str = "", now: datetime
) -> None:
    """Move a visit to another time, or to another station; its code stays.

    Raises: NotFound, NotPossible, NotOffered, BookedAlready, SlotTaken. Emits: AppointmentMoved.
    Locks: the station it goes to, then the visit.
    """
    before = _appointment(appointment_id)
    where = _locked(station_code or before.station.code)
    row = lock_appointment(appointment_id)
    reached(rules.TRANSITIONS, row.state, "cancel")  # what can be called off can be moved
    span = _offered(where, row.service, starts_at, now)
    _refuse_again(where, row.customer_id, row.service, span, but=row.id)
    moved = {
        "station_id": where.id,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "place": _free_place(where, span, but=row.id),
        "moved_at": now,
    }
    if not Appointment.objects.filter(id=row.id, state=row.state).update(**moved):
        raise errors.Stale
    told = AppointmentMoved(
        appointment_id=row.id,
        station_code=where.code,
        starts_at=span.starts_at,
        station_before=before.station.code,
        starts_before=row.starts_at,
        customer_id=row.customer_id,
    )
    events.record(actor, [told])


@command(needs="stations.book")
def cancel_appointment(actor: Actor, *, appointment_id: int, reason: str, now: datetime) -> None:
    """Call a visit off; its place is free again. Raises: NotFound, NotPossible. Emits: AppointmentSettled."""
    _go_on(actor, lock_appointment(appointment_id), "cancel", reason, now)


@command(needs="stations.counter")
def check_in(actor: Actor, *, appointment_id: int, now: datetime) -> None:
    """Note that who was expected stands at the counter, on the day they were expected, be it late.

    Raises: NotFound, NotPossible, NotToday, SlotTaken where somebody else has the place by now.
    Emits: AppointmentSettled.
    """
    row = lock_appointment(appointment_id)
    zone = ZoneInfo(active_calendar(row.station.calendar_code).zone)
    expected = row.starts_at.astimezone(zone).date()
    if expected != now.astimezone(zone).date():
        raise NotToday(day=expected.isoformat())
    try:
        with transaction.atomic():
            _go_on(actor, row, "arrive", "", now)
    except IntegrityError as error:
        raise SlotTaken from error


@command(needs="stations.counter")
def finish_appointment(actor: Actor, *, appointment_id: int, outcome: str = "", now: datetime) -> None:
    """Note that a visit is over and what came of it. Raises: NotFound, NotPossible. Emits: AppointmentSettled."""
    _go_on(actor, lock_appointment(appointment_id), "finish", outcome, now)


@command(needs="stations.sweep")
def miss_appointments(actor: Actor, *, now: datetime) -> int:
    """Note who did not come, some time after theirs was over; a second run finds nobody.

    Returns how many. Emits: AppointmentSettled. Locks: the visits, in id order.
    """
    grace = timedelta(minutes=int(parameters.value(GRACE_MIN)))
    late = Appointment.objects.filter(state="booked", ends_at__lt=now - grace, starts_at__lt=now)
    rows = list(late.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
    Appointment.objects.filter(id__in=[row.id for row in rows], state="booked").update(state="missed", settled_at=now)
    events.record(actor, [_settled(row, "missed", "") for row in rows])
    return len(rows)


@command(needs="stations.sweep")
def announce_coming(actor: Actor, *, now: datetime) -> int:
    """Announce visits that are near, once for each time they are set to; who booked later than that knows.

    Returns how many. Emits: AppointmentAnnounced. Locks: the visits, in id order.
    """
    ahead = timedelta(hours=int(parameters.value(REMINDER_H)))
    near = Appointment.objects.filter(state="booked", starts_at__gt=now, starts_at__lte=now + ahead)
    unsaid = near.filter(customer_id__isnull=False).exclude(announced_for=F("starts_at"))
    long_known = unsaid.annotate(set_at=Coalesce("moved_at", "booked_at")).filter(set_at__lt=F("starts_at") - ahead)
    due = list(long_known.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
    Appointment.objects.filter(id__in=[row.id for row in due]).update(announced_for=F("starts_at"))
    names = dict(Station.objects.values_list("id", "code"))
    told = [
        AppointmentAnnounced(
            appointment_id=row.id,
            station_code=names[row.station_id],
            starts_at=row.starts_at,
            customer_id=row.customer_id or 0,
        )
        for row in due
    ]
    events.record(actor, told)
    return len(due)


def _locked(code: str) -> StationView:
    """Let one booking at a station be made at a time. Raises: NotFound."""
    found = Station.objects.select_for_update(no_key=True).filter(code=code)
    if not found.exists():
        raise errors.NotFound(key=code)
    return station(code)


def _appointment(appointment_id: int) -> Appointment:
    row = Appointment.objects.select_related("station").filter(id=appointment_id).first()
    if row is None:
        raise errors.NotFound(key=appointment_id)
    return row


def lock_appointment(appointment_id: int) -> Appointment:
    """Lock one visit, as a step of the caller's command. Raises: NotFound."""
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("station")
    row = rows.filter(id=appointment_id).first()
    if row is None:
        raise errors.NotFound(key=appointment_id)
    return row


def _offered(where: StationView, service: str, starts_at: datetime, now: datetime) -> Span:
    """Find the slot that begins then. Raises: NotOffered."""
    if service in where.services and starts_at > now:
        day = starts_at.astimezone(ZoneInfo(where.zone)).date()
        for span in offered_spans(where, active_calendar(where.calendar_code), service, day):
            if span.starts_at == starts_at:
                return span
    raise NotOffered(station=where.name)


def _refuse_again(where: StationView, customer_id: int | None, service: str, span: Span, *, but: int = 0) -> None:
    """Let one customer have the same visit once; the station is locked. Raises: BookedAlready."""
    same = Appointment.objects.filter(station_id=where.id, service=service, starts_at=span.starts_at, state="booked")
    if customer_id is not None and same.filter(customer_id=customer_id).exclude(id=but).exists():
        raise BookedAlready


def _free_place(where: StationView, span: Span, *, but: int = 0) -> int:
    """Choose the lowest place nobody has then; the station is locked. Raises: SlotTaken."""
    taken = set(
        Appointment.objects.filter(
            station_id=where.id,
            state__in=rules.HOLDING,
            starts_at__lt=span.ends_at,
            starts_at__gt=span.starts_at - timedelta(minutes=rules.LONGEST_MIN),
            ends_at__gt=span.starts_at,
        )
        .exclude(id=but)
        .values_list("place", flat=True)
    )
    free = [place for place in range(1, where.places + 1) if place not in taken]
    if not free:
        raise SlotTaken
    return free[0]


def _go_on(actor: Actor, row: Appointment, verb: str, note: str, now: datetime) -> None:
    """Move a locked visit along its life and announce it. Raises: NotPossible."""
    state = reached(rules.TRANSITIONS, row.state, verb)
    note = note.strip()[:LONGEST_TEXT]
    facts: dict[str, object] = {"state": state, "outcome": note}
    facts |= {"arrived_at": now, "settled_at": None} if state == "arrived" else {"settled_at": now}
    if not Appointment.objects.filter(id=row.id, state=row.state).update(**facts):
        raise errors.Stale
    events.record(actor, [_settled(row, state, note)])


def _settled(row: Appointment, state: str, note: str) -> AppointmentSettled:
    return AppointmentSettled(
        appointment_id=row.id,
        state=state,
        about_kind=row.subject_kind,
        about_id=row.subject_id,
        customer_id=row.customer_id,
        note=note,
    )
