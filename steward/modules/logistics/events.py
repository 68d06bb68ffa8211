"""What logistics announces."""

from __future__ import annotations

from datetime import date, datetime

from steward.kernel.events import Event


class CarrierChanged(Event, frozen=True, kw_only=True):
    """The file of a carrier changed; `parts` names what: carrier, services, coverage, contacts, licences."""

    KIND = "logistics.carrier_changed"
    SUBJECT = "carrier"
    carrier_id: int
    code: str
    parts: list[str]


class TariffSet(Event, frozen=True, kw_only=True):
    """A new version of a service's prices was put in force from a day on."""

    KIND = "logistics.tariff_set"
    SUBJECT = "tariff"
    tariff_id: int
    service: str
    version: int
    valid_from: date
    lanes: int


class TariffMappingSaved(Event, frozen=True, kw_only=True):
    """How a carrier's price sheets are read was said, or changed."""

    KIND = "logistics.tariff_mapping_saved"
    SUBJECT = "tariff_mapping"
    tariff_mapping_id: int
    code: str
    name: str
    is_new: bool


class CarrierDecided(Event, frozen=True, kw_only=True):
    """Somebody decided about a carrier; `verb` is approve, probate or stop, `review_date` when to look again."""

    KIND = "logistics.carrier_decided"
    SUBJECT = "carrier"
    carrier_id: int
    code: str
    verb: str
    state: str
    reason: str
    review_date: date | None


class SiteVisited(Event, frozen=True, kw_only=True):
    """Somebody looked at a carrier's place and wrote down what was seen."""

    KIND = "logistics.site_visited"
    SUBJECT = "carrier"
    carrier_id: int
    code: str
    visited_on: date
    photos: int


class ServiceOverridden(Event, frozen=True, kw_only=True):
    """A person chose another service than the rule did; `reference` names the shipment."""

    KIND = "logistics.service_overridden"
    SUBJECT = "choice"
    choice_id: int
    reference: str
    service: str
    before: str
    reason: str


class ShipmentPlanned(Event, frozen=True, kw_only=True):
    """Goods of an order are to leave a warehouse: they can be picked."""

    KIND = "logistics.shipment_planned"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    warehouse_id: int


class ShipmentPacked(Event, frozen=True, kw_only=True):
    """A shipment was packed into parcels; `service` carries it."""

    KIND = "logistics.shipment_packed"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    parcels: int
    weight_g: int
    service: str


class ShipmentReopened(Event, frozen=True, kw_only=True):
    """What was picked or packed was put back; `verb` says which."""

    KIND = "logistics.shipment_reopened"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    verb: str
    reason: str = ""


class ShipmentCancelled(Event, frozen=True, kw_only=True):
    """A shipment that had not left will not leave."""

    KIND = "logistics.shipment_cancelled"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    reason: str = ""


class ShipmentHandedOver(Event, frozen=True, kw_only=True):
    """A carrier took a shipment along; `whole`: nothing of the order is left in the house."""

    KIND = "logistics.shipment_handed_over"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    carrier: str
    tracking_numbers: list[str]
    manifest: str
    whole: bool


class ShipmentMoved(Event, frozen=True, kw_only=True):
    """Tracking says that a shipment is somewhere else than before."""

    KIND = "logistics.shipment_moved"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    direction: str
    before: str
    after: str
    at: datetime


class ShipmentDelivered(Event, frozen=True, kw_only=True):
    """Every parcel of a shipment was delivered; one of direction return came back to us."""

    KIND = "logistics.shipment_delivered"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    direction: str
    at: datetime


class ReturnAnnounced(Event, frozen=True, kw_only=True):
    """A customer sends a parcel back; `of` is the shipment its goods came with. Units: pieces."""

    KIND = "logistics.return_announced"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    of: str
    carrier: str
    tracking_number: str
    pieces: int


class TrackingRecorded(Event, frozen=True, kw_only=True):
    """New events of a parcel were recorded; `state` is where they say it is."""

    KIND = "logistics.tracking_recorded"
    SUBJECT = "shipment"
    shipment_id: int
    order_id: int
    parcel_id: int
    state: str
    events: int


class ShipmentTroubled(Event, frozen=True, kw_only=True):
    """The watch found that a shipment needs somebody; `trouble` names why."""

    KIND = "logistics.shipment_troubled"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    direction: str
    trouble: str
    since: datetime


class ShipmentEased(Event, frozen=True, kw_only=True):
    """What the watch had found wrong with a shipment is so no longer."""

    KIND = "logistics.shipment_eased"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    trouble: str


class ClaimMoved(Event, frozen=True, kw_only=True):
    """A claim against a carrier was opened, sent, agreed to, refused, paid or withdrawn. Units: minor."""

    KIND = "logistics.claim_moved"
    SUBJECT = "claim"
    claim_id: int
    number: str
    verb: str
    state: str
    amount_minor: int
    currency: str


class LabelsPrinted(Event, frozen=True, kw_only=True):
    """Labels of a shipment were printed: the recipient's address was opened for it."""

    KIND = "logistics.labels_printed"
    SUBJECT = "order"
    order_id: int
    shipment_id: int
    number: str
    run_id: int
