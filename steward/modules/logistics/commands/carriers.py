"""Keep the carrier file: the carrier with its papers, its services and where they go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time

from django.db.models import Model
from django.utils.translation import gettext as _
from msgspec import Struct, structs

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import CarrierChanged
from steward.modules.logistics.models import Carrier, Contact, Coverage, Licence, Service, ServiceCase
from steward.modules.logistics.rules import carriers as rules
from steward.modules.logistics.rules.coverage import as_stated
from steward.modules.logistics.rules.tariff_mapping import Lead

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")
LONGEST_NAME = 80
MOST_COVERAGE = 5_000
MOST_NUMBER = 2**31 - 1
Findings = list[dict[str, str]]


class LicenceDraft(Struct, frozen=True):
    """A permit of a carrier."""

    kind: str
    number: str
    valid_until: date | None = None


class ContactDraft(Struct, frozen=True):
    """Whom to call, by function."""

    role: str
    name: str = ""
    phone: str = ""
    email: str = ""


class CaseDraft(Struct, frozen=True):
    """A case the carrier names as reference."""

    title: str
    text: str = ""
    since_date: date | None = None


class CarrierDraft(Struct, frozen=True, kw_only=True):
    """A carrier as it shall stand in the file; lists that are None stay as they are."""

    code: str
    name: str
    name_en: str = ""
    contract_from: date | None = None
    contract_until: date | None = None
    website: str = ""
    note: str = ""
    licences: Sequence[LicenceDraft] | None = None
    contacts: Sequence[ContactDraft] | None = None
    cases: Sequence[CaseDraft] | None = None


class CoverageDraft(Struct, frozen=True):
    """Where a service goes, from where, and in how many days; regions as prefixes of district codes."""

    region: str
    lead_days_min: int = 0
    lead_days_max: int = 0
    origin: str = ""
    served: bool = True


class ServiceDraft(Struct, frozen=True, kw_only=True):
    """A service as it shall be. Units: g, mm, cm³ per kg, parcels a day; 0 is no limit. Coverage None stays."""

    carrier: str
    code: str
    name: str
    name_en: str = ""
    storage_classes: Sequence[str] = ("ambient",)
    max_weight_g: int = 0
    max_length_mm: int = 0
    max_sides_mm: int = 0
    volumetric_divisor: int = 0
    pickup_cutoff: time | None = None
    capacity_per_day: int = 0
    active: bool = True
    coverage: Sequence[CoverageDraft] | None = None


@command(needs="logistics.carriers")
def save_carrier(actor: Actor, *, draft: CarrierDraft) -> int:
    """Write a carrier's file; one with this code is changed, its lists are replaced where given.

    Returns the carrier's id. Raises: BadInput with every finding. Emits: CarrierChanged.
    """
    if findings := _carrier_findings(draft):
        raise errors.BadInput(findings)
    lists = ("licences", "contacts", "cases")
    facts = {name: value for name, value in structs.asdict(draft).items() if name not in (*lists, "code")}
    carrier, _made = Carrier.objects.update_or_create(code=draft.code, defaults=facts)
    if draft.licences is not None:
        _replace(Licence, carrier, [Licence(carrier=carrier, **structs.asdict(one)) for one in draft.licences])
    if draft.cases is not None:
        _replace(ServiceCase, carrier, [ServiceCase(carrier=carrier, **structs.asdict(one)) for one in draft.cases])
    if draft.contacts is not None:
        _replace(Contact, carrier, [_sealed(carrier, one) for one in draft.contacts])
    parts = ["carrier", *(name for name in lists if getattr(draft, name) is not None)]
    events.record(actor, [CarrierChanged(carrier_id=carrier.id, code=carrier.code, parts=parts)])
    return carrier.id


def _replace(model: type[Model], carrier: Carrier, rows: Sequence[Model]) -> None:
    manager = model._default_manager
    manager.filter(carrier=carrier).delete()
    manager.bulk_create(rows)


def _sealed(carrier: Carrier, draft: ContactDraft) -> Contact:
    key = personal.new_key()
    sealed = personal.seal(key.key, {"name": draft.name, "phone": draft.phone, "email": draft.email})
    return Contact(
        carrier=carrier, role=draft.role, wrapped_key=key.wrapped, master_version=key.master_version, sealed=sealed
    )


def _carrier_findings(draft: CarrierDraft) -> Findings:
    days = (draft.contract_from, draft.contract_until)
    licences, contacts, cases = draft.licences or (), draft.contacts or (), draft.cases or ()
    numbers = [(one.kind, one.number) for one in licences]
    fits_licence = [one.kind in rules.LICENCE_KINDS and 0 < len(one.number.strip()) <= 80 for one in licences]
    checks = [
        ("code", CODE.fullmatch(draft.code), _("Small letters, digits, - and _ only, 2 to 40.")),
        ("name", 0 < len(draft.name.strip()) <= LONGEST_NAME, _("Give a name of at most 80 characters.")),
        ("name_en", len(draft.name_en) <= LONGEST_NAME, _("Give a name of at most 80 characters.")),
        ("website", len(draft.website) <= 200, _("At most 200 characters.")),
        ("contract_until", _are_in_order(*days), _("The contract ends before it begins.")),
        ("licences", len(set(numbers)) == len(numbers), _("The same permit stands twice.")),
    ]
    a_number, a_role = (
        _("A permit needs a kind and a number."),
        _("Say what this person is for, at most 40 characters."),
    )
    a_title = _("A case needs a title of at most 120 characters.")
    checks += [(f"licences.{at}", fits, a_number) for at, fits in enumerate(fits_licence)]
    checks += [(f"contacts.{at}", 0 < len(one.role.strip()) <= 40, a_role) for at, one in enumerate(contacts)]
    checks += [(f"cases.{at}", 0 < len(one.title.strip()) <= 120, a_title) for at, one in enumerate(cases)]
    return [{"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits]


@command(needs="logistics.carriers")
def save_service(actor: Actor, *, draft: ServiceDraft) -> int:
    """Write a service of a carrier; one with this code is changed, its coverage is replaced where given.

    Returns the service's id. Raises: BadInput with every finding. Emits: CarrierChanged.
    """
    carrier = Carrier.objects.filter(code=draft.carrier).first()
    findings = _service_findings(draft, carrier)
    if carrier is None or findings:
        raise errors.BadInput(findings)
    facts = {
        name: value
        for name, value in structs.asdict(draft).items()
        if name not in ("carrier", "code", "coverage", "storage_classes")
    }
    facts["storage_classes"] = [code for code in rules.STORAGE_CLASSES if code in draft.storage_classes]
    service, _made = Service.objects.update_or_create(carrier=carrier, code=draft.code, defaults=facts)
    if draft.coverage is not None:
        Coverage.objects.filter(service=service).delete()
        Coverage.objects.bulk_create([Coverage(service=service, **structs.asdict(one)) for one in draft.coverage])
    parts = ["services", *(["coverage"] if draft.coverage is not None else [])]
    events.record(actor, [CarrierChanged(carrier_id=carrier.id, code=carrier.code, parts=parts)])
    return service.id


def _service_findings(draft: ServiceDraft, carrier: Carrier | None) -> Findings:
    numbers = ("max_weight_g", "max_length_mm", "max_sides_mm", "volumetric_divisor", "capacity_per_day")
    classes, coverage = set(draft.storage_classes), draft.coverage or ()
    pairs = [(one.origin, one.region) for one in coverage]
    of_another = Service.objects.filter(code=draft.code).exclude(carrier=carrier).exists()
    checks = [
        ("carrier", carrier is not None, _("There is no carrier with this code.")),
        ("code", CODE.fullmatch(draft.code), _("Small letters, digits, - and _ only, 2 to 40.")),
        ("code", not of_another, _("Another carrier has a service with this code.")),
        ("name", 0 < len(draft.name.strip()) <= LONGEST_NAME, _("Give a name of at most 80 characters.")),
        ("storage_classes", classes and classes <= set(rules.STORAGE_CLASSES), _("Choose at least one storage class.")),
        ("coverage", len(set(pairs)) == len(pairs), _("The same region stands twice.")),
        ("coverage", len(coverage) <= MOST_COVERAGE, _("At most 5,000 regions.")),
    ]
    whole, digits = _("Give a whole number, 0 for no limit."), _("Regions are 2, 4 or 6 digits of a district code.")
    in_order = _("Days run from the shortest to the longest, 90 at most.")
    checks += [(name, 0 <= getattr(draft, name) <= MOST_NUMBER, whole) for name in numbers]
    for at, one in enumerate(coverage):
        is_place = rules.is_region(one.region) and rules.is_region(one.origin)
        are_days = 0 <= one.lead_days_min <= one.lead_days_max <= rules.MOST_DAYS
        checks += [(f"coverage.{at}", is_place, digits), (f"coverage.{at}", are_days, in_order)]
    return [{"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits]


def cover_as_stated(actor: Actor, *, service: str, stated: Sequence[Lead]) -> int:
    """Write the days a price sheet states into a service's coverage, as a step of the caller's command.

    What was taken out stays out, and what the sheet does not name stays as it is. Returns how many regions changed.
    Raises: BadInput where they would be too many. Emits: CarrierChanged. Locks: the service is locked.
    """
    owner = Service.objects.select_related("carrier").get(code=service)
    known = {(row.origin, row.region): row for row in Coverage.objects.filter(service=owner).order_by("id")}
    days = as_stated(((*ends, row.served, row.lead_days_min, row.lead_days_max) for ends, row in known.items()), stated)
    fresh = [ends for ends in days if ends not in known]
    if len(known) + len(fresh) > MOST_COVERAGE:
        raise errors.BadInput([{"field": "coverage", "code": "unfit", "message": _("At most 5,000 regions.")}])
    for (origin, region), (first, last) in days.items():
        row = known.setdefault((origin, region), Coverage(service=owner, origin=origin, region=region))
        row.lead_days_min, row.lead_days_max = first, last
    Coverage.objects.bulk_create(known[ends] for ends in fresh)
    changed = [known[ends] for ends in days if ends not in fresh]
    Coverage.objects.bulk_update(changed, ["lead_days_min", "lead_days_max"])
    if days:
        changes = CarrierChanged(carrier_id=owner.carrier_id, code=owner.carrier.code, parts=["coverage"])
        events.record(actor, [changes])
    return len(days)


def _are_in_order(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last
