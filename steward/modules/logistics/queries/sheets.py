"""What is printed on labels, packing slips and manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from steward.kernel import parameters
from steward.kernel.personal import masked_phone
from steward.modules.customers.queries.divisions import divisions
from steward.modules.logistics.models import Manifest, Parcel, Shipment, ShipmentLine
from steward.modules.logistics.ports import ManifestLine, ManifestSheet, PackingSlip, ParcelLabel, SlipLine
from steward.modules.logistics.queries.words import STORAGE_CLASSES
from steward.modules.orders.queries.shipping import Addressee, addressees

MASKED = parameters.define(
    "logistics.labels_mask_phones",
    default=False,
    unit="",
    kind="boolean",
    label=gettext_lazy("Labels show telephone numbers masked (for carriers that know them from the waybill)"),
)


def words() -> dict[str, str]:
    """Give the words of the sheets in the language that is active."""
    return {
        "to": pgettext("label", "To"),
        "from": pgettext("label", "From"),
        "order": gettext("Order"),
        "weight": gettext("Weight"),
        "slip": gettext("Packing slip"),
        "warehouse": gettext("Warehouse"),
        "parcels": pgettext("shipping", "Parcels"),
        "sku": gettext("SKU"),
        "goods": gettext("Goods"),
        "lot": gettext("Lot"),
        "pieces": gettext("Pieces"),
        "thanks": gettext("Thank you. Something is not right? Your order's link leads to help."),
        "manifest": gettext("Hand-over manifest"),
        "parcel": gettext("Parcel"),
        "tracking": gettext("Tracking number"),
        "region": gettext("Destination"),
        "handed_over_by": gettext("Handed over by"),
        "taken_over_by": gettext("Taken over by"),
    }


def labels(shipment_ids: Sequence[int]) -> list[ParcelLabel]:
    """Write the labels of shipments in the order given, parcels in theirs."""
    place = {id_: at for at, id_ in enumerate(shipment_ids)}
    rows = list(
        Parcel.objects.filter(shipment_id__in=shipment_ids)
        .select_related("shipment__service__carrier", "shipment__warehouse", "carrier")
        .order_by("shipment_id", "position")
    )
    rows.sort(key=lambda row: (place[row.shipment_id], row.position))
    people = addressees({row.shipment.order_id for row in rows})
    count: dict[int, int] = {}
    for row in rows:
        count[row.shipment_id] = count.get(row.shipment_id, 0) + 1
    is_masked = bool(parameters.value(MASKED))
    return [_label(row, people[row.shipment.order_id], count[row.shipment_id], is_masked) for row in rows]


def _label(row: Parcel, person: Addressee, of: int, is_masked: bool) -> ParcelLabel:
    shipment = row.shipment
    service = shipment.service
    care = shipment.storage_class
    return ParcelLabel(
        code=row.code,
        tracking_number=row.tracking_number,
        carrier=service.carrier.name if service else "",
        service=service.name if service else "",
        order_number=shipment.order_number,
        position=row.position,
        of=of,
        weight_g=row.weight_g,
        name=person.name,
        phone=masked_phone(person.phone) if is_masked and person.phone else person.phone,
        region=person.region,
        street=person.street,
        sender=shipment.warehouse.name,
        care="" if care == "ambient" else str(STORAGE_CLASSES[care]),
    )


def slips(shipment_ids: Sequence[int]) -> list[PackingSlip]:
    """Write the packing slips of shipments in the order given."""
    rows = {row.id: row for row in Shipment.objects.filter(id__in=shipment_ids).select_related("warehouse")}
    lines = lines_of(shipment_ids)
    parcels: dict[int, int] = {}
    for shipment_id in Parcel.objects.filter(shipment_id__in=shipment_ids).values_list("shipment_id", flat=True):
        parcels[shipment_id] = parcels.get(shipment_id, 0) + 1
    return [
        PackingSlip(
            number=rows[id_].number,
            order_number=rows[id_].order_number,
            warehouse=rows[id_].warehouse.name,
            parcels=parcels.get(id_, 1),
            day=timezone.localtime(rows[id_].planned_at).strftime("%Y-%m-%d"),
            lines=lines.get(id_, []),
        )
        for id_ in shipment_ids
        if id_ in rows
    ]


def lines_of(shipment_ids: Sequence[int]) -> Mapping[int, list[SlipLine]]:
    """List the goods of shipments, as the reader's language calls them."""
    name = "item__name_en" if (get_language() or "").startswith("en") else "item__name_zh"
    found: dict[int, list[SlipLine]] = {}
    fields: Any = ("shipment_id", "item__sku", name, "lot_code", "quantity")
    rows = ShipmentLine.objects.filter(shipment_id__in=shipment_ids).order_by("shipment_id", "item__sku", "id")
    for shipment_id, sku, title, lot, units in rows.values_list(*fields):
        found.setdefault(shipment_id, []).append(SlipLine(sku, title, lot, units))
    return found


def manifests(shipment_ids: Sequence[int]) -> list[ManifestSheet]:
    """Write the manifests these shipments stand on."""
    found = Manifest.objects.filter(shipments__in=shipment_ids).distinct().select_related("carrier", "warehouse")
    places = divisions()
    sheets = []
    for one in found.order_by("id"):
        parcels = Parcel.objects.filter(shipment__manifest=one).order_by("code")
        rows = parcels.values_list("code", "tracking_number", "shipment__district_code", "weight_g")
        sheets.append(
            ManifestSheet(
                number=one.number,
                carrier=one.carrier.name,
                warehouse=one.warehouse.name,
                handed_over=timezone.localtime(one.handed_over_at).strftime("%Y-%m-%d %H:%M"),
                taken_by=one.taken_by,
                weight_g=one.weight_g,
                lines=[ManifestLine(code, number, places.city_name(area), grams) for code, number, area, grams in rows],
            )
        )
    return sheets
