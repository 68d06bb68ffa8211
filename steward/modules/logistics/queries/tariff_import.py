"""Read a sheet through a mapping and show what it would become, before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.modules.logistics.queries import tariffs as queries
from steward.modules.logistics.rules import pricing, tariff_mapping, tariff_text, tariffs
from steward.modules.logistics.rules.tariff_mapping import Lead
from steward.modules.logistics.rules.tariffs import Draft, Fault

SAMPLE_KG = (1, 3, 10, 50)
MOST_SHOWN = 12


class UnfitMapping(errors.Refusal):
    """Refuse a mapping that makes no sense."""

    code = "unfit_mapping"
    status = 422
    message = _("The mapping cannot be used: %(why)s")


class SamplePrice(Struct, frozen=True):
    """What some weights to a region would cost; None: no price."""

    origin: str
    region: str
    prices_minor: list[int | None]


class Preview(Struct, frozen=True):
    """What a sheet would become: the draft, what is wrong, stated days, and some prices to look at."""

    draft: Draft
    faults: list[Fault]
    leads: list[Lead]
    samples: list[SamplePrice]

    @property
    def errors(self) -> list[Fault]:
        """List what hinders."""
        return [one for one in self.faults if one.severity == "error"]


def preview(
    records: Sequence[tuple[int, Mapping[str, str]]],
    *,
    mapping: Mapping[str, Any],
    surcharges: str = "",
    note: str = "",
) -> Preview:
    """Read rows through a mapping; every fault is listed. Raises: UnfitMapping."""
    try:
        how = tariff_mapping.mapping_of(mapping)
    except ValueError as error:
        raise UnfitMapping(why=str(error)) from error
    own = how.regions

    def regions(name: str) -> Sequence[str]:
        return own[name] if name in own else queries.regions_of(name)

    read = tariff_mapping.read(records, how, regions)
    extras, wrong = tariff_text.surcharges_of(surcharges, how.currency, queries.regions_of)
    draft = Draft(
        currency=how.currency,
        lanes=tariffs.lanes_of(read.rows),
        surcharges=extras,
        round_up_g=max(round(how.round_up * tariff_mapping.UNITS_G[how.weight_unit]), 1),
        lower_break=how.lower_break,
        note=note,
    )
    found = [] if any(one.code == "column_missing" for one in read.faults) else tariffs.faults(draft)
    return Preview(draft, [*read.faults, *wrong, *found], read.leads, _samples(draft))


def _samples(draft: Draft) -> list[SamplePrice]:
    found = []
    for lane in draft.lanes[:MOST_SHOWN]:
        ends = (lane.origin.ljust(6, "0"), lane.region.ljust(6, "0"))
        single = Draft(currency=draft.currency, lanes=[lane], surcharges=draft.surcharges, round_up_g=draft.round_up_g,
                       lower_break=draft.lower_break)  # fmt: skip
        priced = [pricing.price(single, pricing.ParcelFacts(*ends, kg * 1000)) for kg in SAMPLE_KG]
        found.append(SamplePrice(lane.origin, lane.region, [one.price_minor if one else None for one in priced]))
    return found
