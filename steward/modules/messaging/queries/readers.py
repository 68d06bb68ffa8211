"""Who reads a message: language, zone, quiet hours, which channels, what they do not want to hear."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from msgspec import Struct, structs

from steward.kernel import parameters
from steward.modules.customers.queries.contact import Contact, contacts
from steward.modules.customers.queries.merged import families
from steward.modules.customers.queries.sign_in import CodeAddress, code_addresses
from steward.modules.messaging.models import Message, Preference
from steward.modules.messaging.rules import catalogue, readers
from steward.modules.messaging.rules.quiet import QuietHours, allowed_from
from steward.modules.people import queries as people

LAST_MINUTE = 1439
NOWHERE = CodeAddress()
QUIET_START = parameters.define(
    "messaging.quiet_start_min",
    22 * 60,
    unit="min",
    label=_("Quiet hours begin so many minutes after midnight"),
    minimum=0,
    maximum=LAST_MINUTE,
)
QUIET_END = parameters.define(
    "messaging.quiet_end_min",
    8 * 60,
    unit="min",
    label=_("Quiet hours end so many minutes after midnight"),
    minimum=0,
    maximum=LAST_MINUTE,
)


class Reader(Struct, frozen=True, kw_only=True):
    """Somebody a message is for, in clear: never stored, never shown."""

    name: str
    phone: str
    email: str
    locale: str
    time_zone: str
    channels: list[str]
    opted_out: frozenset[str]
    quiet: QuietHours | None
    gone: str = ""
    simulated: bool = False

    @property
    def addresses(self) -> list[str]:
        """List the channels that reach them."""
        return [channel for channel, address in (("sms", self.phone), ("email", self.email)) if address]


class PreferenceView(Struct, frozen=True, kw_only=True):
    """What a customer chose; empty means: as the house has it. Units: minutes of the local day."""

    customer_id: int
    locale: str = ""
    time_zone: str = ""
    channels: list[str] = []
    opted_out: list[str] = []
    quiet_start_min: int | None = None
    quiet_end_min: int | None = None


def preference(customer_id: int) -> PreferenceView:
    """Return what a customer chose."""
    return preferences([customer_id])[customer_id]


def preferences(customer_ids: Collection[int]) -> dict[int, PreferenceView]:
    """Return what some customers chose: what they said last, as whichever of those they were found to be."""
    kin = families(customer_ids)
    everybody = {member for members in kin.values() for member in members}
    names = PreferenceView.__struct_fields__
    rows = Preference.objects.filter(customer_id__in=everybody).order_by("changed_at", "customer_id").values(*names)
    chosen = {row["customer_id"]: row for row in rows}  # the last one said stands last
    return {id_: _last_said(id_, kin.get(id_, [id_]), chosen) for id_ in customer_ids}


def _last_said(customer_id: int, kin: Collection[int], chosen: Mapping[int, dict[str, Any]]) -> PreferenceView:
    said = [row for member, row in chosen.items() if member in kin]
    return (
        PreferenceView(**(said[-1] | {"customer_id": customer_id})) if said else PreferenceView(customer_id=customer_id)
    )


def customers(customer_ids: Collection[int]) -> dict[int, Reader]:
    """Open who some customers are and what they chose; a constant number of queries."""
    chosen = preferences(customer_ids)
    start, end = parameters.value(QUIET_START), parameters.value(QUIET_END)
    return {
        id_: customer_reader(contact, chosen[id_], start_min=start, end_min=end)
        for id_, contact in contacts(customer_ids).items()
    }


class Rest(Struct, frozen=True):
    """What a customer does not want to hear, and the hours in which they are left alone."""

    opted_out: frozenset[str]
    quiet: QuietHours


def rests(customer_ids: Collection[int]) -> dict[int, Rest]:
    """Tell of some customers how they are left alone, without opening who they are; a constant number of queries."""
    start, end = parameters.value(QUIET_START), parameters.value(QUIET_END)
    found = preferences(customer_ids)
    return {id_: Rest(frozenset(one.opted_out), _quiet(one, start, end)) for id_, one in found.items()}


def allowed_at(customer_id: int | None, at: datetime) -> datetime:
    """Return the first instant from `at` on at which a customer may be disturbed."""
    return at if customer_id is None else allowed_from(at, rests([customer_id])[customer_id].quiet)


def _quiet(chosen: PreferenceView, start_min: int, end_min: int) -> QuietHours:
    """Return the quiet hours a customer chose, or those of the house, by their wall clock. Units: minutes."""
    if chosen.quiet_start_min is not None and chosen.quiet_end_min is not None:
        start_min, end_min = chosen.quiet_start_min, chosen.quiet_end_min
    return QuietHours(start_min, end_min, _zone(chosen))


def _zone(chosen: PreferenceView) -> str:
    return chosen.time_zone if chosen.time_zone in _zones() else settings.TIME_ZONE


def customer_reader(contact: Contact, chosen: PreferenceView, *, start_min: int, end_min: int) -> Reader:
    """Put together what is known of a customer, what they chose, and the house's quiet hours."""
    return Reader(
        name=contact.name,
        phone=contact.phone if contact.phone.startswith("+") else "",
        email=contact.email if "@" in contact.email else "",
        locale=chosen.locale or readers.likely_locale(contact.phone, default=settings.LANGUAGE_CODE),
        time_zone=_zone(chosen),
        channels=chosen.channels,
        opted_out=frozenset(chosen.opted_out),
        quiet=_quiet(chosen, start_min, end_min),
        gone="erased" if contact.erased else "",
        simulated=contact.simulated,
    )


@cache
def _zones() -> frozenset[str]:
    """Return the known time zones; finding them reads hundreds of files."""
    return frozenset(available_timezones())


def staff(staff_ids: Collection[int]) -> dict[int, Reader]:
    """Find how some of the staff are reached; who left is gone."""
    found = people.staff_contact(staff_ids)
    gone = Reader(
        name="", phone="", email="", locale="zh-hans", time_zone=settings.TIME_ZONE, channels=[],
        opted_out=frozenset(), quiet=None, gone="left",
    )  # fmt: skip
    return {id_: _staff_reader(found[id_]) if id_ in found else gone for id_ in staff_ids}


def _staff_reader(contact: people.StaffContact) -> Reader:
    locale = contact.locale if contact.locale in catalogue.LOCALES else settings.LANGUAGE_CODE
    return Reader(
        name=contact.name,
        phone="",
        email=contact.email,
        locale=locale,
        time_zone=contact.time_zone,
        channels=[],
        opted_out=frozenset(),
        quiet=None,
    )


def readers_of(messages: Iterable[Message]) -> dict[int, Reader]:
    """Find who reads each message, by the message's id."""
    rows = list(messages)
    buyers = customers({row.customer_id for row in rows if row.customer_id is not None})
    colleagues = staff({row.staff_id for row in rows if row.staff_id is not None})
    found = {
        row.id: buyers[row.customer_id] if row.customer_id is not None else colleagues[row.staff_id or 0]
        for row in rows
    }
    if codes := {row.subject_id: row.id for row in rows if row.template == catalogue.SIGN_IN}:
        where = code_addresses(codes)
        found |= {id_: _at(where.get(code_id, NOWHERE), found[id_]) for code_id, id_ in codes.items()}
    return found


def _at(where: CodeAddress, reader: Reader) -> Reader:
    """Let a code go to what was typed, and to nothing else that is known of its reader."""
    return structs.replace(
        reader, phone=where.phone, email=where.email, locale=where.language or reader.locale, channels=[]
    )
