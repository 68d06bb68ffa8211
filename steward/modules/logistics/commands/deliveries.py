"""Record what became of parcels: the facts scorecards read and delivery days are learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from msgspec import Struct, structs

from steward.kernel import arrays, errors, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import Delivery
from steward.modules.logistics.queries import promise
from steward.modules.logistics.rules import deliveries as rules
from steward.modules.logistics.rules.carriers import MOST_DAYS


class DeliveryDraft(Struct, frozen=True, kw_only=True):
    """A parcel that ended. `reference` is its own for ever, e.g. shipment and parcel number.

    Units: minor units, g; days as local dates; a rating of 1 to 5.
    """

    reference: str
    service_id: int
    origin: str
    destination: str
    handed_over_date: date
    outcome: str = "delivered"
    promised_date: date | None = None
    delivered_date: date | None = None
    claim_days: int | None = None
    price_minor: int = 0
    currency: str = "CNY"
    weight_g: int = 0
    rating: int | None = None
    simulated: bool = False


@command(needs="logistics.carriers")
def record_deliveries(actor: Actor, *, deliveries: Sequence[DeliveryDraft]) -> int:
    """Write what became of parcels; one that is known keeps its days and takes a later claim, rating or loss.

    Returns how many were new. Simulated ones are kept and not learnt from. Raises: BadInput, nothing written.
    """
    if findings := _findings(deliveries):
        raise errors.BadInput(findings)
    drafts = list({one.reference: one for one in deliveries}.values())
    known = set(
        Delivery.objects.filter(reference__in=[one.reference for one in drafts]).values_list("reference", flat=True)
    )
    rows = [_row(one) for one in drafts]
    Delivery.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["reference"],
        update_fields=["outcome", "claim_days", "rating", "price_minor"],
    )
    _learn([row for row in rows if row.reference not in known and row.transit_days is not None and not row.simulated])
    promise.forget()
    return len(rows) - len(known)


def _row(draft: DeliveryDraft) -> Delivery:
    places = divisions()
    start, end = places.coordinates_of(draft.origin), places.coordinates_of(draft.destination)
    days = (draft.delivered_date - draft.handed_over_date).days if draft.delivered_date else None
    return Delivery(
        **structs.asdict(draft),
        transit_days=days,
        distance_km=rules.distance_km(start, end) if start and end else None,
    )


def _learn(rows: Sequence[Delivery]) -> None:
    """Count the days of new deliveries under lane and week, in one statement."""
    seen = Counter(
        (
            row.service_id,
            row.origin[:2],
            row.destination[:2],
            rules.band_of(row.distance_km),
            row.delivered_date - timedelta(days=row.delivered_date.weekday()),
            row.transit_days or 0,
        )
        for row in rows
        if row.delivered_date is not None
    )
    if not seen:
        return
    keys = sorted(seen)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load("steward.modules.logistics", "count_lane_days"),
            {
                "services": arrays.integers([key[0] for key in keys]),
                "origins": arrays.texts([key[1] for key in keys]),
                "destinations": arrays.texts([key[2] for key in keys]),
                "bands": arrays.integers([key[3] for key in keys]),
                "weeks": arrays.texts([key[4].isoformat() for key in keys]),
                "days": arrays.integers([key[5] for key in keys]),
                "parcels": arrays.integers([seen[key] for key in keys]),
            },
        )


def _findings(deliveries: Sequence[DeliveryDraft]) -> list[dict[str, str]]:
    found = []
    order = _("It cannot have arrived before it was handed over, nor more than a year later.")
    for at, one in enumerate(deliveries):
        took = (one.delivered_date - one.handed_over_date).days if one.delivered_date else 0
        checks = [
            ("reference", 0 < len(one.reference) <= 80, _("Give a reference of at most 80 characters.")),
            ("outcome", one.outcome in rules.OUTCOMES, _("There is no such outcome.")),
            ("delivered_date", one.outcome != "delivered" or one.delivered_date, _("Say on which day it arrived.")),
            ("delivered_date", 0 <= took <= rules.LONGEST_DAYS, order),
            ("rating", one.rating is None or 1 <= one.rating <= 5, _("Ratings are 1 to 5.")),
            ("claim_days", one.claim_days is None or 0 <= one.claim_days <= 40 * MOST_DAYS, _("That many days?")),
            ("price_minor", one.price_minor >= 0 and one.weight_g >= 0, _("This cannot be less than nothing.")),
        ]
        found += [
            {"field": f"deliveries.{at}.{field}", "code": "unfit", "message": message}
            for field, fits, message in checks
            if not fits
        ]
    return found
