"""The carrier file as people read it."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Count, Q
from msgspec import Struct

from steward.kernel import errors, personal
from steward.modules.logistics.models import (
    Carrier,
    CarrierDecision,
    Contact,
    Coverage,
    Service,
    SiteVisit,
    VisitPhoto,
)


class CarrierRow(Struct, frozen=True):
    """A carrier in the list."""

    id: int
    code: str
    name: str
    name_en: str
    state: str
    state_reason: str
    review_date: date | None
    contract_until: date | None
    services: int


class ServiceView(Struct, frozen=True):
    """A service as it stands in the file. Units: g, mm, cm³ per kg, parcels a day."""

    id: int
    code: str
    name: str
    name_en: str
    carrier_code: str
    carrier_name: str
    storage_classes: list[str]
    max_weight_g: int
    max_length_mm: int
    max_sides_mm: int
    volumetric_divisor: int
    pickup_cutoff: time | None
    capacity_per_day: int
    active: bool
    regions: int


class ContactView(Struct, frozen=True):
    """Whom to call."""

    id: int
    role: str
    name: str
    phone: str
    email: str


class LicenceView(Struct, frozen=True):
    """A permit."""

    kind: str
    number: str
    valid_until: date | None


class CaseView(Struct, frozen=True):
    """A case the carrier names."""

    title: str
    text: str
    since_date: date | None


class DecisionView(Struct, frozen=True):
    """A decision about a carrier."""

    verb: str
    state_after: str
    reason: str
    review_date: date | None
    score: int | None
    decided_by: str
    decided_at: datetime


class VisitView(Struct, frozen=True):
    """A visit; `photos` as (id, kind)."""

    id: int
    visited_on: date
    place: str
    marks: dict[str, int]
    findings: str
    visited_by: str
    photos: list[int]


class CarrierFile(Struct, frozen=True):
    """A carrier with all that hangs on it."""

    row: CarrierRow
    contract_from: date | None
    website: str
    note: str
    licences: list[LicenceView]
    contacts: list[ContactView]
    cases: list[CaseView]
    services: list[ServiceView]
    decisions: list[DecisionView]
    visits: list[VisitView]


def carriers() -> list[CarrierRow]:
    """List all carriers, those that are chosen first."""
    found = Carrier.objects.annotate(n=Count("services", filter=Q(services__active=True)))
    rows = [_row(one, one.n) for one in found]
    order = {"active": 0, "probation": 1, "stopped": 2}
    return sorted(rows, key=lambda one: (order[one.state], one.code))


def _row(one: Carrier, services: int) -> CarrierRow:
    return CarrierRow(one.id, one.code, one.name, one.name_en, one.state, one.state_reason, one.review_date,
                      one.contract_until, services)  # fmt: skip


def carrier_file(code: str) -> CarrierFile:
    """Read one carrier's file. Raises: NotFound."""
    one = Carrier.objects.filter(code=code).first()
    if one is None:
        raise errors.NotFound(key=code)
    offered = services(carrier=code)
    dated = ("verb", "state_after", "reason", "review_date", "score", "decided_by", "decided_at")
    return CarrierFile(
        row=_row(one, sum(service.active for service in offered)),
        contract_from=one.contract_from,
        website=one.website,
        note=one.note,
        licences=[
            LicenceView(*values)
            for values in one.licences.order_by("id").values_list("kind", "number", "valid_until")
        ],
        contacts=[_contact(contact) for contact in Contact.objects.filter(carrier=one).order_by("id")],
        cases=[
            CaseView(*values)
            for values in one.cases.order_by("id").values_list("title", "text", "since_date")
        ],
        services=offered,
        decisions=[
            DecisionView(*values)
            for values in CarrierDecision.objects.filter(carrier=one).order_by("-id").values_list(*dated)[:20]
        ],
        visits=_visits(one),
    )  # fmt: skip


def _contact(row: Contact) -> ContactView:
    facts = personal.unseal(personal.unwrap(row.wrapped_key, row.master_version), row.sealed)
    return ContactView(row.id, row.role, facts["name"], facts["phone"], facts["email"])


def _visits(carrier: Carrier) -> list[VisitView]:
    photos: dict[int, list[int]] = {}
    for id_, visit in VisitPhoto.objects.filter(visit__carrier=carrier).order_by("id").values_list("id", "visit_id"):
        photos.setdefault(visit, []).append(id_)
    return [
        VisitView(row.id, row.visited_on, row.place, row.marks, row.findings, row.visited_by, photos.get(row.id, []))
        for row in SiteVisit.objects.filter(carrier=carrier).order_by("-visited_on", "-id")[:20]
    ]


def reviews_due(day: date) -> int:
    """Count the carriers somebody wanted to look at again by this day."""
    return Carrier.objects.filter(review_date__lte=day).count()


def visit_photo(photo_id: int) -> tuple[str, str]:
    """Find where a photo is stored and what it is. Raises: NotFound."""
    found = VisitPhoto.objects.filter(id=photo_id).values_list("stored", "kind").first()
    if found is None:
        raise errors.NotFound(key=photo_id)
    return found


def services(*, carrier: str = "") -> list[ServiceView]:
    """List services, of one carrier or of all."""
    found = Service.objects.select_related("carrier").annotate(n=Count("coverage")).order_by("carrier__code", "code")
    if carrier:
        found = found.filter(carrier__code=carrier)
    return [_service(one, one.n) for one in found]


def _service(one: Service, regions: int) -> ServiceView:
    return ServiceView(
        id=one.id,
        code=one.code,
        name=one.name,
        name_en=one.name_en,
        carrier_code=one.carrier.code,
        carrier_name=one.carrier.name,
        storage_classes=one.storage_classes,
        max_weight_g=one.max_weight_g,
        max_length_mm=one.max_length_mm,
        max_sides_mm=one.max_sides_mm,
        volumetric_divisor=one.volumetric_divisor,
        pickup_cutoff=one.pickup_cutoff,
        capacity_per_day=one.capacity_per_day,
        active=one.active,
        regions=regions,
    )


def service(code: str) -> ServiceView:
    """Read one service. Raises: NotFound."""
    found = next((one for one in services() if one.code == code), None)
    if found is None:
        raise errors.NotFound(key=code)
    return found


class CoverageView(Struct, frozen=True):
    """Where a service goes, and in how many days by the carrier's word."""

    origin: str
    region: str
    served: bool
    lead_days_min: int
    lead_days_max: int


def coverage(code: str) -> list[CoverageView]:
    """List where a service goes."""
    fields = ("origin", "region", "served", "lead_days_min", "lead_days_max")
    rows = Coverage.objects.filter(service__code=code).order_by("origin", "region").values_list(*fields)
    return [CoverageView(*values) for values in rows]
