"""Rows of logistics: carriers and their paperwork, services, tariffs, and what became of parcels."""

from steward.modules.logistics.models.carriers import Carrier, Coverage, Service
from steward.modules.logistics.models.claims import Claim, ClaimEntry, ClaimEvidence
from steward.modules.logistics.models.deliveries import Delivery, LaneDays, ServiceChoice
from steward.modules.logistics.models.paperwork import (
    CarrierDecision,
    Contact,
    Licence,
    ServiceCase,
    SiteVisit,
    VisitPhoto,
)
from steward.modules.logistics.models.shipments import (
    Manifest,
    Parcel,
    ParcelLine,
    PrintRun,
    Shipment,
    ShipmentLine,
)
from steward.modules.logistics.models.tariffs import Tariff, TariffLane, TariffMapping, TariffRow, TariffSurcharge
from steward.modules.logistics.models.tracking import NumberRule, TrackingCode, TrackingEvent, TrackingSource

__all__ = [
    "Carrier",
    "CarrierDecision",
    "Claim",
    "ClaimEntry",
    "ClaimEvidence",
    "Contact",
    "Coverage",
    "Delivery",
    "LaneDays",
    "Licence",
    "Manifest",
    "NumberRule",
    "Parcel",
    "ParcelLine",
    "PrintRun",
    "Service",
    "ServiceCase",
    "ServiceChoice",
    "Shipment",
    "ShipmentLine",
    "SiteVisit",
    "Tariff",
    "TariffLane",
    "TariffMapping",
    "TariffRow",
    "TariffSurcharge",
    "TrackingCode",
    "TrackingEvent",
    "TrackingSource",
    "VisitPhoto",
]
