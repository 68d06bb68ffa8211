"""Find the cases a scan at the receiving table means."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from steward.modules.logistics.queries.shipments import ShipmentFilters, shipments_page
from steward.modules.returns.models import Case, Parcel
from steward.modules.returns.rules.states import OPEN

MOST = 20


def find_cases(text: str, *, shops: Collection[str] = ()) -> list[str]:
    """Find cases by their own number, their order's, a parcel's or the carrier's, newest first.

    A box may bring pieces of several. Those that are over are found only where none is open: goods may turn up late.
    """
    wanted = text.strip().upper()
    if not wanted:
        return []
    rows = Case.objects.filter(shop__in=list(shops)) if shops else Case.objects.all()
    if own := rows.filter(number=wanted).values_list("number", flat=True).first():
        return [own]
    ids = [one.id for one in shipments_page(ShipmentFilters(text=wanted, direction="return"), limit=MOST)]
    parcels = Parcel.objects.filter(Q(shipment_id__in=ids) | Q(tracking_number__iexact=wanted))
    named = rows.filter(Q(order_number=wanted) | Q(id__in=list(parcels.values_list("case_id", flat=True)[:MOST])))
    found = list(named.order_by("-id").values_list("number", "state")[:MOST])
    return [number for number, state in found if state in OPEN] or [number for number, _state in found]
