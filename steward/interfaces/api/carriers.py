"""Carriers: their file, prices for parcels, the choice of a service, scores, and new tariffs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from ninja import Field, Router, Schema

from steward.interfaces.api import wording
from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_MINOR, Input, Plain, Said
from steward.kernel import errors, moment
from steward.modules.logistics.commands import assessing
from steward.modules.logistics.commands import tariffs as tariff_commands
from steward.modules.logistics.queries import carriers, quotes, scorecards, words
from steward.modules.logistics.queries import choice as choices
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import tariffs as tariff_rules
from steward.modules.logistics.rules.choice import Choice
from steward.modules.logistics.rules.pricing import ParcelFacts

router = Router(tags=["carriers"])
District = Annotated[str, Field(pattern="^[0-9]{6}$", examples=["330106"])]
Region = Annotated[str, Field(pattern="^([0-9]{2}|[0-9]{4}|[0-9]{6})?$", max_length=6)]
CarrierCode = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{1,39}$")]
StorageClass = Literal["ambient", "chilled", "frozen", "hazardous"]
MOST_GRAMS, MOST_MM = 10_000_000, 20_000
MOST_PARCELS = 1_000


class ParcelInput(Input):
    """A parcel. Grams and millimetres; 0 for a size nobody knows."""

    origin_district: District
    destination_district: District
    weight_g: int = Field(ge=1, le=MOST_GRAMS)
    length_mm: int = Field(0, ge=0, le=MOST_MM)
    width_mm: int = Field(0, ge=0, le=MOST_MM)
    height_mm: int = Field(0, ge=0, le=MOST_MM)
    storage_class: StorageClass = "ambient"


class QuoteInput(Input):
    """Parcels to ask prices for."""

    parcels: list[ParcelInput] = Field(min_length=1, max_length=MOST_PARCELS)


class QuoteFacts(Schema):
    """What one service asks. Minor units; days from hand-over by the carrier's word."""

    carrier_code: str
    service_code: str
    price_minor: int
    currency: str
    lead_days_min: int
    lead_days_max: int
    billed_g: int


class QuotesOfParcels(Schema):
    """Quotes per parcel in the order sent, the cheapest first."""

    parcels: list[list[QuoteFacts]]


class PromisedParcelInput(ParcelInput):
    """A parcel and the local day it is promised for (none: the cheapest is chosen). The day is written 2026-03-05."""

    promised_date: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


class ChoiceInput(Input):
    """Parcels that need a service."""

    parcels: list[PromisedParcelInput] = Field(min_length=1, max_length=MOST_PARCELS)


class ChoiceOption(Schema):
    """A service that can carry the parcel; `on_time` is null where no day was promised."""

    carrier_code: str
    service_code: str
    verdict: str
    price_minor: int
    currency: str
    days_likely: int
    days_sure: int
    on_time: float | None
    billed_g: int


class ServiceOut(Schema):
    """A service that cannot carry the parcel, and why."""

    service_code: str
    reason: str
    text: str


class ChoiceFacts(Schema):
    """The service chosen (null: none fits), why, what else there was, and what is out."""

    service_code: str | None
    cause: str
    text: str
    reliability_share: float
    options: list[ChoiceOption]
    out: list[ServiceOut]


class ChoicesOfParcels(Schema):
    """Choices in the order sent."""

    choices: list[ChoiceFacts]


class ServiceOfCarrier(Schema):
    """A service. Grams, millimetres, cm³ per kg; 0 is no limit."""

    code: str
    name: str
    storage_classes: list[str]
    max_weight_g: int
    volumetric_divisor: int
    capacity_per_day: int
    active: bool


class CarrierFacts(Schema):
    """A carrier with its services, and its score of the last days (null: nothing to go by)."""

    code: str
    name: str
    state: Literal["active", "probation", "stopped"]
    state_reason: str
    review_date: date | None
    contract_until: date | None
    score: float | None
    parcels: int
    services: list[ServiceOfCarrier]


class CarrierList(Schema):
    """All carriers."""

    rows: list[CarrierFacts]


class CarrierDecisionInput(Input):
    """What is decided; `review_date` such as 2026-04-01 may be missing only where a carrier is stopped."""

    verb: Literal["approve", "probate", "stop"]
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=Said)]
    review_date: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


class TierInput(Input):
    """One tier: weights above `from_g` up to `to_g` (null: no end); see docs/decisions/0016."""

    from_g: int = Field(0, ge=0, le=MOST_GRAMS)
    to_g: int | None = Field(None, ge=1, le=MOST_GRAMS)
    base_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)
    included_g: int = Field(0, ge=0, le=MOST_GRAMS)
    step_g: int = Field(1, ge=1, le=MOST_GRAMS)
    per_tonne_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)
    per_m3_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)
    minimum_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)


class LaneInput(Input):
    """The tiers from one region to another, as prefixes of district codes ("" is everywhere)."""

    origin: Region = ""
    region: Region
    tiers: list[TierInput] = Field(min_length=1, max_length=60)


class SurchargeInput(Input):
    """What comes on top where region, storage class and weight fit."""

    kind: Literal["fuel", "remote", "hazardous", "chilled", "frozen", "heavy", "other"]
    region: Region = ""
    storage_class: Literal["", "ambient", "chilled", "frozen", "hazardous"] = ""
    from_g: int = Field(0, ge=0, le=MOST_GRAMS)
    fixed_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)
    share_ppm: int = Field(0, ge=0, le=3_000_000)


class TariffInput(Input):
    """A new version of a service's tariff; an open version before it ends the day before."""

    valid_from: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    valid_until: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    round_up_g: int = Field(1, ge=1, le=MOST_GRAMS)
    lower_break: bool = False
    note: Annotated[str, Field(max_length=200, pattern=Plain)] = ""
    lanes: list[LaneInput] = Field(min_length=1, max_length=5_000)
    surcharges: list[SurchargeInput] = Field(default_factory=list, max_length=100)


class TariffMade(Schema):
    """The version that was put in force."""

    service: str
    version: int


def day_of(field: str, text: str) -> date | None:
    """Read a day, none where the text is empty. Raises: BadInput where there is no such day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise errors.BadInput([wording.finding(field, "date_parsing")]) from None


@router.post("/quotes", response=QuotesOfParcels, operation_id="quote_parcels", summary="Ask prices")
def quote_parcels(request: ApiRequest, payload: QuoteInput) -> Any:
    """Ask every service for every parcel. Needs `logistics.quote`."""
    request.auth.require("logistics.quote")
    parcels = [ParcelFacts(**one.model_dump()) for one in payload.parcels]
    found = quotes.quote(parcels, at=moment.now())
    return {"parcels": [[msgspec.to_builtins(one) for one in row] for row in found]}


@router.post(
    "/service-choices", response=ChoicesOfParcels, operation_id="choose_services", summary="Choose services for parcels"
)
def choose_services(request: ApiRequest, payload: ChoiceInput) -> ChoicesOfParcels:
    """Say which service would carry each parcel, and why; nothing is kept. Needs `logistics.quote`."""
    request.auth.require("logistics.quote")
    wanted = [
        choices.Wanted(
            ParcelFacts(**one.model_dump(exclude={"promised_date"})), day_of("promised_date", one.promised_date)
        )
        for one in payload.parcels
    ]
    made = choices.choose_services(wanted, at=moment.now())
    return ChoicesOfParcels(choices=[_choice(one) for one in made])


def _choice(one: Choice) -> ChoiceFacts:
    options = [
        ChoiceOption.model_validate({**msgspec.to_builtins(row.option), "verdict": row.verdict}) for row in one.verdicts
    ]
    out = [
        ServiceOut(service_code=row.service_code, reason=row.reason, text=words.word(words.EXCLUSIONS, row.reason))
        for row in one.out
    ]
    return ChoiceFacts(
        service_code=one.chosen.service_code if one.chosen else None,
        cause=one.cause,
        text=words.word(words.CAUSES, one.cause),
        reliability_share=one.reliability_share,
        options=options,
        out=out,
    )


@router.get("/carriers", response=CarrierList, operation_id="list_carriers", summary="List carriers")
def list_carriers(request: ApiRequest) -> CarrierList:
    """List carriers with services and scores. Needs `logistics.quote`."""
    request.auth.require("logistics.quote")
    return _listed(moment.now())


def _listed(now: datetime) -> CarrierList:
    scores = {one.key: one for one in scorecards.scorecards(day=house_day(now))}
    services: dict[str, list[ServiceOfCarrier]] = {}
    for one in carriers.services():
        services.setdefault(one.carrier_code, []).append(ServiceOfCarrier.model_validate(msgspec.to_builtins(one)))
    rows = [
        CarrierFacts.model_validate(
            {
                **{name: getattr(one, name) for name in ("code", "name", "state", "state_reason", "review_date")},
                "contract_until": one.contract_until,
                "score": scores[one.code].total,
                "parcels": scores[one.code].parcels,
                "services": services.get(one.code, []),
            }
        )
        for one in carriers.carriers()
    ]
    return CarrierList(rows=rows)


@router.post(
    "/carriers/{code}/decisions", response=CarrierFacts, operation_id="decide_carrier", summary="Decide about a carrier"
)
@replayable
def decide_carrier(request: ApiRequest, code: CarrierCode, payload: CarrierDecisionInput) -> CarrierFacts:
    """Approve a carrier, put it on probation, or stop it. Needs `logistics.carriers`."""
    request.auth.require("logistics.carriers")
    now = moment.now()
    assessing.decide_carrier(
        request.auth,
        code=code,
        verb=payload.verb,
        reason=payload.reason,
        review_date=day_of("review_date", payload.review_date),
        now=now,
    )
    return next(one for one in _listed(now).rows if one.code == code)


@router.post(
    "/carrier-services/{code}/tariffs", response=TariffMade, operation_id="put_tariff", summary="Put a tariff in force"
)
@replayable
def put_tariff(request: ApiRequest, code: CarrierCode, payload: TariffInput) -> TariffMade:
    """Put a new version of a service's tariff in force, whole or not at all. Needs `logistics.carriers`."""
    request.auth.require("logistics.carriers")
    place = iter(range(1, 60 * 5_000 + 1))
    rows = [
        (lane.origin, lane.region, tariff_rules.Tier(row=next(place), **tier.model_dump()))
        for lane in payload.lanes
        for tier in lane.tiers
    ]
    draft = tariff_rules.Draft(
        currency=payload.currency,
        lanes=tariff_rules.lanes_of(rows),
        surcharges=[tariff_rules.Surcharge(**one.model_dump()) for one in payload.surcharges],
        round_up_g=payload.round_up_g,
        lower_break=payload.lower_break,
        note=payload.note,
    )
    first = day_of("valid_from", payload.valid_from)
    assert first is not None
    last = day_of("valid_until", payload.valid_until)
    version = tariff_commands.save_tariff(request.auth, service=code, draft=draft, valid_from=first, valid_until=last)
    return TariffMade(service=code, version=version)
