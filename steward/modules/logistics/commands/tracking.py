"""Take in what carriers report: thousands of events at once, in any order, as often as they like to say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.commands.placing import place_parcels
from steward.modules.logistics.events import TrackingRecorded
from steward.modules.logistics.models import Shipment, TrackingCode
from steward.modules.logistics.ports import Report
from steward.modules.logistics.rules import tracking_states as rules

PACKAGE = "steward.modules.logistics"
LONGEST = {"code": 60, "text": 300, "place": 80, "carrier": 50}


class Recorded(Struct, frozen=True):
    """What became of reports: new events, repeated ones, and of the new those that wait for a parcel or a meaning."""

    new: int
    repeated: int
    homeless: int
    unknown: int
    flagged: int


class Known(Struct, frozen=True):
    """A parcel somebody reports of."""

    id: int
    number: str
    carrier: str
    shipment_id: int
    planned_at: datetime


class Row(Struct):
    """One event about to be written."""

    report: Report
    parcel: Known | None
    key: bytes
    carrier: str
    code: str
    state: str
    at: datetime
    flag: str


@command(needs="logistics.track")
def record_tracking(
    actor: Actor, *, source: str, format_: str, reports: Sequence[Report], now: datetime, simulated: bool = False
) -> Recorded:
    """Record reported events, each once, and let parcels and shipments be where all their events together say.

    Set-based: a constant number of statements, however many. Unknown codes, unknown numbers and impossible times are
    kept and shown, and move nothing. What comes from outside moves real parcels only, a drill (`simulated`) its own.
    Emits: TrackingRecorded, ShipmentMoved, ShipmentDelivered.
    Locks: shipments in id order. Source: LOG-5.
    """
    parcels = _parcels(reports, simulated)
    _lock(one.shipment_id for found in parcels.values() for one in found)
    meanings = _meanings(format_)
    rows = {row.key: row for row in (_row(report, parcels, meanings, now) for report in reports)}
    written = _insert(list(rows.values()), source, format_, now)
    touched: dict[int, int] = defaultdict(int)
    for parcel_id in written:
        if parcel_id is not None:
            touched[parcel_id] += 1
    states = place_parcels(actor, parcel_ids=sorted(touched), now=now)
    _announce(actor, touched, states, [one for found in parcels.values() for one in found])
    fresh = len(written)
    return Recorded(
        new=fresh,
        repeated=len(reports) - fresh,
        homeless=sum(1 for parcel_id in written if parcel_id is None),
        unknown=sum(1 for row in rows.values() if row.state == "unknown"),
        flagged=sum(1 for row in rows.values() if row.flag),
    )


def _parcels(reports: Iterable[Report], simulated: bool) -> dict[str, list[Known]]:
    """Find the parcels of the numbers that are reported of; a number may be one of two carriers."""
    numbers = sorted({rules.plain_number(report.tracking_number) for report in reports} - {""})
    found: dict[str, list[Known]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "find_parcels"), {"numbers": arrays.texts(numbers), "simulated": simulated})
        for row in cursor.fetchall():
            found[row[1]].append(Known(*row))
    return found


def _lock(shipment_ids: Iterable[int]) -> None:
    """Lock shipments in id order: who reports of the same one meanwhile waits, and then sees what was written here."""
    ids = sorted(set(shipment_ids))
    if ids:
        locked = Shipment.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
        list(locked.values_list("id", flat=True))


def _meanings(format_: str) -> dict[tuple[str, str], str]:
    """Read what codes mean, by carrier ("" is any) and code."""
    rows = TrackingCode.objects.filter(format=format_).values_list("carrier_code", "code", "state")
    return {(carrier, code): state for carrier, code, state in rows}


def meaning(codes: Sequence[str], carrier: str, meanings: Mapping[tuple[str, str], str]) -> str:
    """Return the state the first known code stands for, the carrier's own meaning first; `unknown` where none is."""
    for code in codes:
        state = meanings.get((carrier, code)) or meanings.get(("", code))
        if state:
            return state
    return "unknown"


def _row(
    report: Report, parcels: Mapping[str, list[Known]], meanings: Mapping[tuple[str, str], str], now: datetime
) -> Row:
    number = rules.plain_number(report.tracking_number)
    parcel = _fitting(parcels.get(number, ()), report.carrier_code)
    carrier = (report.carrier_code or (parcel.carrier if parcel else ""))[: LONGEST["carrier"]]
    code = (report.codes[0] if report.codes else "")[: LONGEST["code"]]
    at = report.at.astimezone(UTC).isoformat() if report.at else report.raw_at
    # Named by what was reported alone: what is known of the parcel, or is read off later entries, changes meanwhile.
    named = "" if report.inferred else code
    return Row(
        report=report,
        parcel=parcel,
        key=rules.event_key(
            carrier=report.carrier_code,
            tracking_number=number,
            code=named,
            at=at,
            place=report.place,
            text=report.text,
        ),
        carrier=carrier,
        code=code,
        state=meaning(report.codes, carrier, meanings),
        at=report.at or now,
        flag=rules.flag_of(report.at, received_at=now, planned_at=parcel.planned_at if parcel else None),
    )


def _fitting(found: Sequence[Known], carrier: str) -> Known | None:
    """Choose the parcel of a number: the carrier's, or the only one there is."""
    of_carrier = [one for one in found if carrier and one.carrier == carrier]
    if of_carrier:
        return of_carrier[-1]
    nameless = [one for one in found if not carrier or not one.carrier]
    return nameless[0] if len(nameless) == 1 else None


def _insert(rows: Sequence[Row], source: str, format_: str, now: datetime) -> list[int | None]:
    """Write what is new; return its parcels. In key order, so that two who say the same wait instead of deadlocking."""
    if not rows:
        return []
    ordered = sorted(rows, key=lambda row: row.key)
    clean = [row.report for row in ordered]
    columns: dict[str, Any] = {
        "now": now,
        "parcels": arrays.integers([row.parcel.id if row.parcel else None for row in ordered]),
        "keys": arrays.octets([row.key for row in ordered]),
        "sources": arrays.texts([source] * len(ordered)),
        "formats": arrays.texts([format_] * len(ordered)),
        "carriers": arrays.texts([row.carrier for row in ordered]),
        "numbers": arrays.texts([rules.plain_number(one.tracking_number) for one in clean]),
        "codes": arrays.texts([row.code for row in ordered]),
        "states": arrays.texts([row.state for row in ordered]),
        "texts": arrays.texts([rules.without_phones(one.text)[: LONGEST["text"]] for one in clean]),
        "places": arrays.texts([one.place[: LONGEST["place"]] for one in clean]),
        "districts": arrays.texts([one.district_code[:6] for one in clean]),
        "ats": arrays.instants([row.at for row in ordered]),
        "flags": arrays.texts([row.flag for row in ordered]),
        "expected": _days([one.expected_date for one in clean]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "insert_tracking"), columns)
        return [row[0] for row in cursor.fetchall()]


def _days(days: Iterable[date | None]) -> str:
    return arrays.texts([day.isoformat() if day else None for day in days])


def _announce(actor: Actor, touched: Mapping[int, int], states: Mapping[int, str], known: Iterable[Known]) -> None:
    shipments = {one.id: one.shipment_id for one in known}
    orders = {
        id_: (order_id, simulated)
        for id_, order_id, simulated in Shipment.objects.filter(
            id__in={shipments[parcel_id] for parcel_id in touched}
        ).values_list("id", "order_id", "simulated")
    }
    events.record(
        actor,
        [
            TrackingRecorded(
                shipment_id=shipments[parcel_id],
                order_id=orders[shipments[parcel_id]][0],
                parcel_id=parcel_id,
                state=states.get(parcel_id, ""),
                events=count,
                simulated=orders[shipments[parcel_id]][1],
            )
            for parcel_id, count in sorted(touched.items())
        ],
    )
