"""Find the one case a scan at the receiving table means."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from steward.modules.logistics.queries.shipments import ShipmentFilters, shipments_page
from steward.modules.returns.models import Case, Parcel
from steward.modules.returns.rules.states import OPEN


def find_case(text: str, *, shops: Collection[str] = ()) -> str:
    """Find a case by its own number, its order's, a parcel's or the carrier's. Returns "" for none, or several."""
    wanted = text.strip().upper()
    if not wanted:
        return ""
    rows = Case.objects.filter(shop__in=list(shops)) if shops else Case.objects.all()
    if own := rows.filter(number=wanted).values_list("number", flat=True).first():
        return own
    ids = [one.id for one in shipments_page(ShipmentFilters(text=wanted, direction="return"), limit=20)]
    parcels = Parcel.objects.filter(Q(shipment_id__in=ids) | Q(tracking_number__iexact=wanted))
    named = Q(order_number=wanted) | Q(id__in=list(parcels.values_list("case_id", flat=True)[:20]))
    found = list(rows.filter(named, state__in=OPEN).order_by("-id").values_list("number", flat=True)[:2])
    return found[0] if len(found) == 1 else ""
