"""Which service carries a shipment: chosen by the rule, or by a person who says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.logistics.commands.adopting import adopt_events
from steward.modules.logistics.commands.choosing import choose_services, override_service
from steward.modules.logistics.commands.parcel_numbers import numbers_once, refuse_taken
from steward.modules.logistics.commands.shipment_moving import lock_outbound
from steward.modules.logistics.models import Parcel, Shipment, ShipmentLine
from steward.modules.logistics.queries.choice import Wanted
from steward.modules.logistics.queries.choice import choose_services as look_at_services
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.choice import Choice, Option
from steward.modules.logistics.rules.pricing import ParcelFacts

SYSTEM = system("logistics")
# What an item weighs of which nobody knows it.
UNKNOWN_WEIGHT_G = 500


def choose_for(shipments: Sequence[Shipment], now: datetime) -> None:
    """Choose a service for shipments that have none, as a step of the caller's command; all in one batch.

    Those whose service was given keep it; of all it is noted what the service costs and when it should arrive. Where
    no service fits the shipment waits without one, and its page says why. Written is only what differs.
    """
    before = {one.id: _chosen(one) for one in shipments}
    open_ = [one for one in shipments if one.service_id is None]
    given = [one for one in shipments if one.service_id is not None]
    for one, choice in zip(open_, choose_services(SYSTEM, wanted=wanted_for(open_), now=now), strict=True):
        if choice.chosen is not None:
            _take(one, choice.chosen, now)
    for one, choice in zip(given, look_at_services(wanted_for(given), at=now), strict=True):
        if (option := _option(choice, one.service_id)) is not None:
            _take(one, option, now)
    changed = [one for one in shipments if _chosen(one) != before[one.id]]
    if changed:
        Shipment.objects.bulk_update(changed, ["service", "price_minor", "expected_date"])


def _chosen(shipment: Shipment) -> tuple[object, ...]:
    return shipment.service_id, shipment.price_minor, shipment.expected_date


def price_anew(shipment: Shipment, now: datetime) -> None:
    """Note what another service costs and when it should arrive, as a step of the command that changed it.

    Nothing of the service before stays: where the new one has no price for the parcel, none is noted.
    """
    option = _option(look_at_services(wanted_for([shipment]), at=now)[0], shipment.service_id)
    shipment.price_minor, shipment.expected_date = 0, shipment.promised_date
    if option is not None:
        _take(shipment, option, now)
    shipment.save(update_fields=["price_minor", "expected_date"])


def _option(choice: Choice, service_id: int | None) -> Option | None:
    return next((one.option for one in choice.verdicts if one.option.service_id == service_id), None)


def _take(shipment: Shipment, option: Option, now: datetime) -> None:
    shipment.service_id = option.service_id
    shipment.price_minor = option.price_minor
    shipment.expected_date = house_day(now) + timedelta(days=option.days_likely)


def wanted_for(shipments: Sequence[Shipment]) -> list[Wanted]:
    """Describe shipments as the choice of a service needs them: by the scales where they are packed, else estimated."""
    ids = [one.id for one in shipments]
    weights: Counter[int] = Counter()
    for shipment_id, weight_g in Parcel.objects.filter(shipment_id__in=ids).values_list("shipment_id", "weight_g"):
        weights[shipment_id] += weight_g
    lines = list(ShipmentLine.objects.filter(shipment_id__in=ids).values_list("shipment_id", "item_id", "quantity"))
    goods = catalog.items_by_id({item_id for _id, item_id, _units in lines})
    estimated: Counter[int] = Counter()
    for shipment_id, item_id, units in lines:
        estimated[shipment_id] += units * (goods[item_id].weight_g or UNKNOWN_WEIGHT_G)
    origins = dict(Shipment.objects.filter(id__in=ids).values_list("id", "warehouse__district_code"))
    return [
        Wanted(
            parcel=ParcelFacts(
                origin_district=origins[one.id],
                destination_district=one.district_code,
                weight_g=weights[one.id] or estimated[one.id],
                storage_class=one.storage_class,
            ),
            promised_date=one.promised_date,
            reference=one.number,
            simulated=one.simulated,
        )
        for one in shipments
    ]


@command(needs="logistics.choose")
def change_service(actor: Actor, *, number: str, service: str, reason: str, now: datetime) -> None:
    """Let another service carry a shipment that has not left, and keep why.

    What it costs and when it should arrive are the new service's; another carrier needs labels and numbers of its own.
    Raises: NotFound, NotPossible, OverrideNeedsReason, ServiceCannot, NumberTaken. Emits: ServiceOverridden.
    Locks: the shipment.
    """
    shipment = lock_outbound(number, "change_service")
    if shipment.state not in lives.IN_HOUSE:
        raise errors.NotPossible(state=shipment.state, verb="change_service")
    wanted = wanted_for([shipment])[0]
    service_id = override_service(actor, wanted=wanted, service=service, reason=reason, now=now)
    if service_id == shipment.service_id:
        return
    shipment.service_id, shipment.labels_printed_at = service_id, None
    shipment.save(update_fields=["service", "labels_printed_at"])
    price_anew(shipment, now)
    _give_to_carrier(actor, shipment, now)


def _give_to_carrier(actor: Actor, shipment: Shipment, now: datetime) -> None:
    """Let the parcels be the new carrier's; the numbers another one gave them are not."""
    assert shipment.service is not None
    carrier_id = shipment.service.carrier_id
    parcels = list(Parcel.objects.filter(shipment_id=shipment.id).order_by("id"))
    for one in parcels:
        if one.carrier_id not in (None, carrier_id):
            one.tracking_number = ""
        one.carrier_id = carrier_id
    refuse_taken(parcels)
    with numbers_once(parcels):
        Parcel.objects.bulk_update(parcels, ["carrier", "tracking_number"])
    adopt_events(actor, parcels, now)
