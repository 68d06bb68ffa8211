"""What messaging does on hearing of what happened below it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.storage import default_storage

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.customers.events import CustomerErased, SignInAsked
from steward.modules.messaging.commands import forgetting, reminding, sign_in_codes
from steward.modules.people.events import AppointmentAnnounced

SYSTEM = system("messaging")


def on_customer_erased_redact_messages(events: Sequence[CustomerErased]) -> None:
    """Empty what erased people wrote to us and delete their files."""
    ids = [event.customer_id for event in events]
    for name in forgetting.redact_customers(SYSTEM, customer_ids=ids, now=moment.now()):
        default_storage.delete(name)


def on_appointment_announced_remind_customers(events: Sequence[AppointmentAnnounced]) -> None:
    """Remind who is expected at a service station."""
    times = {event.appointment_id: event.starts_at for event in events}
    reminding.remind_of_appointments(SYSTEM, times=times, now=moment.now())


def on_sign_in_asked_send_codes(events: Sequence[SignInAsked]) -> None:
    """Send codes to whoever is known by the phone or e-mail they typed."""
    sign_in_codes.send_codes(SYSTEM, code_ids=[event.sign_in_id for event in events], now=moment.now())
