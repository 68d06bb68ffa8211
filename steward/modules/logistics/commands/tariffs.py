"""Put tariffs in force: a new version, whole or not at all."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from msgspec import structs

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import TariffMappingSaved, TariffSet
from steward.modules.logistics.models import (
    Service,
    Tariff,
    TariffLane,
    TariffMapping,
    TariffRow,
    TariffSurcharge,
)
from steward.modules.logistics.queries import words
from steward.modules.logistics.rules import tariff_mapping, tariffs
from steward.modules.logistics.rules.mapping_faults import mapping_faults
from steward.modules.logistics.rules.tariffs import Draft, Fault

CODE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,49}$")


class VersionsOverlap(errors.Refusal):
    """Refuse a tariff whose days another version of the service has already."""

    code = "versions_overlap"
    status = 409
    message = _("Version %(version)s counts from %(first)s to %(last)s already. Choose another first or last day.")


@command(needs="logistics.carriers")
def save_tariff(actor: Actor, *, service: str, draft: Draft, valid_from: date, valid_until: date | None = None) -> int:
    """Put a new version of a service's tariff in force from a day on; an open version before it ends the day before.

    Returns the version. Nothing is written where anything is wrong; warnings do not hinder.
    Locks: the service. Raises: NotFound, BadInput with every finding, VersionsOverlap. Emits: TariffSet.
    """
    owner = Service.objects.select_for_update().filter(code=service).first()
    if owner is None:
        raise errors.NotFound(key=service)
    wrong = [one for one in tariffs.faults(draft) if one.severity == "error"]
    if valid_until is not None and valid_until < valid_from:
        wrong.append(tariffs.Fault(0, "valid_until", "days_reversed"))
    if wrong:
        raise errors.BadInput([finding(one) for one in wrong])
    _make_room(owner, valid_from, valid_until)
    last = Tariff.objects.filter(service=owner).aggregate(last=Max("version"))["last"] or 0
    facts = {name: getattr(draft, name) for name in ("currency", "round_up_g", "lower_break", "note")}
    tariff = Tariff.objects.create(
        service=owner, version=last + 1, valid_from=valid_from, valid_until=valid_until, set_by=actor.id, **facts
    )
    _write(tariff, draft)
    event = TariffSet(
        tariff_id=tariff.id, service=owner.code, version=tariff.version, valid_from=valid_from, lanes=len(draft.lanes)
    )
    events.record(actor, [event])
    return tariff.version


def finding(fault: tariffs.Fault) -> dict[str, str]:
    """Turn a fault into a finding people and programs read."""
    place = f"rows.{fault.row}.{fault.field}" if fault.row else fault.field
    return {"field": place, "code": fault.code, "message": words.fault_text(fault)}


def _make_room(owner: Service, first: date, last: date | None) -> None:
    """End the open version before the new one; refuse any other that shares a day with it."""
    for other in Tariff.objects.filter(service=owner).order_by("valid_from"):
        if (last is not None and other.valid_from > last) or (other.valid_until and other.valid_until < first):
            continue
        if other.valid_until is not None or other.valid_from >= first:
            raise VersionsOverlap(version=other.version, first=other.valid_from, last=other.valid_until or "…")
        Tariff.objects.filter(id=other.id).update(valid_until=first - timedelta(days=1))


def _write(tariff: Tariff, draft: Draft) -> None:
    lanes = TariffLane.objects.bulk_create(
        [TariffLane(tariff=tariff, origin=lane.origin, region=lane.region) for lane in draft.lanes]
    )
    TariffRow.objects.bulk_create(
        [
            TariffRow(lane=row, **{name: getattr(tier, name) for name in TIER_FIELDS})
            for row, lane in zip(lanes, draft.lanes, strict=True)
            for tier in lane.tiers
        ]
    )
    TariffSurcharge.objects.bulk_create(
        [TariffSurcharge(tariff=tariff, **structs.asdict(one)) for one in draft.surcharges]
    )


TIER_FIELDS = (
    "from_g",
    "to_g",
    "base_minor",
    "included_g",
    "step_g",
    "per_tonne_minor",
    "per_m3_minor",
    "minimum_minor",
)


class MappingKnown(errors.Refusal):
    """Refuse to change a mapping that came with Steward."""

    code = "mapping_shipped"
    status = 409
    message = _("“%(code)s” came with Steward and stays as it is; save yours under another code.")


class MappingTaken(errors.Refusal):
    """Refuse a new mapping under a code another one has."""

    code = "mapping_taken"
    status = 409
    message = _("There is a mapping “%(code)s” already. Choose another code, or change that one.")


@command(needs="logistics.carriers")
def save_tariff_mapping(
    actor: Actor, *, code: str, name: str, content: dict[str, object], now: datetime, is_new: bool = False
) -> int:
    """Keep how a carrier's sheets are read from now on; tariffs that are in force stay as they are. Returns its id.

    `is_new`: nothing may stand under the code yet. Nothing is kept where anything is wrong.
    Raises: BadInput with every finding, MappingKnown, MappingTaken. Emits: TariffMappingSaved. Locks: the mapping.
    """
    if code in tariff_mapping.SHIPPED:
        raise MappingKnown(code=code)
    wrong = mapping_faults(content)
    if not CODE.match(code):
        wrong.append(Fault(0, "code", "code_unfit"))
    if wrong:
        raise errors.BadInput([finding(one) for one in wrong])
    known = TariffMapping.objects.select_for_update().filter(code=code).first()
    if known is not None and is_new:
        raise MappingTaken(code=code)
    facts = {"name": name.strip()[:80] or code, "content": content, "changed_by": actor.id, "changed_at": now}
    try:
        row, _made = TariffMapping.objects.update_or_create(code=code, defaults=facts)
    except IntegrityError as error:  # two people saved the same new code at once
        raise errors.Stale from error
    events.record(actor, [TariffMappingSaved(tariff_mapping_id=row.id, code=code, name=row.name, is_new=known is None)])
    return row.id
