"""Which service carries a shipment: chosen by the rule, or by a person who says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.logistics.commands.choosing import choose_services, override_service
from steward.modules.logistics.commands.shipment_moving import lock_shipment
from steward.modules.logistics.models import Parcel, Shipment, ShipmentLine
from steward.modules.logistics.queries.choice import Wanted
from steward.modules.logistics.queries.choice import choose_services as look_at_services
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.choice import Option
from steward.modules.logistics.rules.pricing import ParcelFacts

SYSTEM = system("logistics")
# What an item weighs of which nobody knows it.
UNKNOWN_WEIGHT_G = 500


def choose_for(shipments: Sequence[Shipment], now: datetime) -> None:
    """Choose a service for shipments that have none, as a step of the caller's command; all in one batch.

    Those whose service was given keep it; of all it is noted what the service costs and when it should arrive. Where
    no service fits the shipment waits without one, and its page says why.
    """
    open_ = [one for one in shipments if one.service_id is None]
    given = [one for one in shipments if one.service_id is not None]
    for one, choice in zip(open_, choose_services(SYSTEM, wanted=wanted_for(open_), now=now), strict=True):
        if choice.chosen is not None:
            _take(one, choice.chosen, now)
    for one, choice in zip(given, look_at_services(wanted_for(given), at=now), strict=True):
        option = next((each.option for each in choice.verdicts if each.option.service_id == one.service_id), None)
        if option is not None:
            _take(one, option, now)
    Shipment.objects.bulk_update(shipments, ["service", "price_minor", "expected_date"])


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
        )
        for one in shipments
    ]


@command(needs="logistics.choose")
def change_service(actor: Actor, *, number: str, service: str, reason: str, now: datetime) -> None:
    """Let another service carry a shipment that has not left, and keep why.

    Raises: NotFound, NotPossible, OverrideNeedsReason, ServiceCannot. Emits: ServiceOverridden. Locks: the shipment.
    """
    shipment = lock_shipment(number)
    if shipment.state not in lives.IN_HOUSE:
        raise errors.NotPossible(state=shipment.state, verb="change_service")
    wanted = wanted_for([shipment])[0]
    service_id = override_service(actor, wanted=wanted, service=service, reason=reason, now=now)
    Shipment.objects.filter(id=shipment.id).update(service_id=service_id)
    carrier = Shipment.objects.filter(id=shipment.id).values_list("service__carrier_id", flat=True).get()
    Parcel.objects.filter(shipment_id=shipment.id).update(carrier_id=carrier)
