"""What customers do with their visits themselves: book so many at once, move and call off until it is nearly time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands.appointments import (
    AppointmentDraft,
    book_appointment,
    cancel_appointment,
    lock_appointment,
    move_appointment,
)
from steward.modules.people.models import Appointment
from steward.modules.people.queries.stations import changeable_until

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('people.own_visits', %s))"


class TooManyVisits(errors.Refusal):
    """Refuse one more appointment than somebody may have at once."""

    code = "too_many_visits"
    status = 409
    message = _("You have %(count)s appointments already. Call one off first.")


class TooLateToChange(errors.Refusal):
    """Refuse a customer's own change of an appointment that is nearly due."""

    code = "too_late_to_change"
    status = 409
    message = _("It begins too soon to change it here. Please call the station; we will find a way.")


@command(needs="stations.book")
def book_own(actor: Actor, *, draft: AppointmentDraft, family: Collection[int], most: int, now: datetime) -> int:
    """Book a visit for a customer who has fewer than `most`, as each of the buyers they are. Returns its id.

    Raises: TooManyVisits, and what book_appointment refuses. Emits: AppointmentBooked.
    Locks: the customer's bookings, then the station.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [min(family)])
    held = Appointment.objects.filter(customer_id__in=family, state="booked").count()
    if held >= most:
        raise TooManyVisits(count=held)
    return book_appointment(actor, draft=draft, now=now)


@command(needs="stations.book")
def move_own(actor: Actor, *, appointment_id: int, starts_at: datetime, station_code: str, now: datetime) -> None:
    """Move a visit for its customer, while there is time.

    Raises: TooLateToChange, and what move_appointment refuses. Emits: AppointmentMoved.
    Locks: the station it goes to, then the visit.
    """
    before = Appointment.objects.filter(id=appointment_id).values_list("starts_at", flat=True).first()
    if before is None:
        raise errors.NotFound(key=appointment_id)
    _in_time(before, now)
    move_appointment(actor, appointment_id=appointment_id, starts_at=starts_at, station_code=station_code, now=now)


@command(needs="stations.book")
def cancel_own(actor: Actor, *, appointment_id: int, reason: str, now: datetime) -> None:
    """Call a visit off for its customer, while there is time.

    Raises: NotFound, NotPossible, TooLateToChange. Emits: AppointmentSettled. Locks: the visit.
    """
    _in_time(lock_appointment(appointment_id).starts_at, now)
    cancel_appointment(actor, appointment_id=appointment_id, reason=reason, now=now)


def _in_time(starts_at: datetime, now: datetime) -> None:
    if now >= changeable_until(starts_at):
        raise TooLateToChange
