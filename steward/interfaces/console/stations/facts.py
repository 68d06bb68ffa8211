"""What pages about stations share: days, free times, who comes and what for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404

from steward.kernel.actor import Actor
from steward.modules.customers.queries import search as customers
from steward.modules.customers.queries.directory import CustomerRow, customer_rows
from steward.modules.customers.queries.divisions import divisions
from steward.modules.customers.queries.merged import family
from steward.modules.desk.queries.inbox import find_tickets
from steward.modules.desk.queries.routing_takers import ticket_names
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.buyers import buyers_of
from steward.modules.orders.queries.names import order_names
from steward.modules.people.queries import station_words as words
from steward.modules.people.queries.stations import AppointmentView, StationView
from steward.modules.people.rules.stations import FURTHEST_DAYS, written_code

LONGEST_TEXT = 100


def local_day(now: datetime, zone: str) -> date:
    """Tell which day it is somewhere."""
    return now.astimezone(ZoneInfo(zone)).date()


def day_of(text: str, today: date) -> date:
    """Read a day from an address; today where none is given. Raises: Http404."""
    if not text:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if abs((found - today).days) > 400:
        raise Http404
    return found


def bookable(first: date) -> list[date]:
    """List the days one can book from one on, two weeks of them."""
    return [first + timedelta(days=number) for number in range(min(14, FURTHEST_DAYS))]


def visits(rows: Iterable[AppointmentView]) -> list[dict[str, Any]]:
    """Give each visit who comes, masked, what for, and its words; a constant number of queries."""
    found = list(rows)
    people = {row.id: row for row in customer_rows({one.customer_id for one in found if one.customer_id})}
    numbers = {
        kind: names([one.subject_id for one in found if one.subject_kind == kind and one.subject_id])
        for kind, names in (("order", order_names), ("ticket", ticket_names))
    }
    return [visit(one, people, numbers) for one in found]


def visit(
    one: AppointmentView, people: Mapping[int, CustomerRow], numbers: Mapping[str, Mapping[int, str]]
) -> dict[str, Any]:
    """Give one visit what a page says of it."""
    return {
        "visit": one,
        "who": people.get(one.customer_id or 0),
        **{kind: named.get(one.subject_id or 0, "") * (one.subject_kind == kind) for kind, named in numbers.items()},
        "service": words.SERVICES.get(one.service, one.service),
        "icon": words.ICONS.get(one.service, "calendar"),
        "state": words.STATES.get(one.state, one.state),
        "tone": words.TONES.get(one.state, "grey"),
        "code": written_code(one.code),
    }


def whom(actor: Actor, text: str) -> tuple[int | None, str, int | None]:
    """Read who comes and what for from what was typed: the number of a ticket or an order, else a phone or a name.

    Returns (customer, kind of subject, subject); a text that several people answer to names nobody.
    """
    text = " ".join(text.split())[:LONGEST_TEXT]
    if not text:
        return None, "", None
    for kind, subject_id, customer_id in subjects_named(actor, text):
        return customer_id, kind, subject_id
    found = sorted(set(people_named(actor, text)))
    persons = {tuple(family([one])) for one in found}
    return (found[0] if len(persons) == 1 else None), "", None


def subjects_named(actor: Actor, text: str) -> list[tuple[str, int, int | None]]:
    """Find the ticket or the order of a number: (kind, id, customer)."""
    if actor.may("tickets.view"):
        for row in find_tickets(text, limit=2):
            if row.number == text.upper():
                return [("ticket", row.id, row.customer_id)]
    if actor.may("orders.view") and (order_id := orders.find_order(text)) is not None:
        return [("order", order_id, orders.order_detail(order_id).customer_id)]
    return []


def people_named(actor: Actor, text: str) -> list[int]:
    """Find buyers by phone, its last digits, e-mail, name or the number of an order."""
    found = customers.matching_customers(text, limit=20)
    return [*found, *buyers_of(text)] if actor.may("orders.view") else found


def place_of(actor: Actor, text: str) -> tuple[float, float] | None:
    """Find where an order goes, or a district lies, as (latitude, longitude)."""
    district = text if text.isascii() and text.isdigit() and len(text) == 6 else ""
    if not district and text and actor.may("orders.view"):
        order_id = orders.find_order(text)
        district = orders.order_detail(order_id).district_code or "" if order_id is not None else ""
    found = divisions().coordinates_of(district) if district else None
    return (found[1], found[0]) if found else None


def district_name(code: str) -> str:
    """Name a district with its city; the code itself where nobody knows it."""
    known = divisions()
    names = [known.name_of.get(code[:digits], "") for digits in (2, 4, 6)]
    return " ".join(dict.fromkeys(name for name in names if name)) or code


def services_of(station: StationView) -> list[tuple[str, Any, int, str]]:
    """List what can be booked at a station: code, name, minutes, icon."""
    return [(code, words.SERVICES[code], minutes, words.ICONS[code]) for code, minutes in station.services.items()]
