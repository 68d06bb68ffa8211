"""What tests of carriers work with: a carrier with services, coverage and tariffs, made by commands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from steward.kernel.actor import system
from steward.modules.logistics.commands.carriers import (
    CarrierDraft,
    CoverageDraft,
    ServiceDraft,
    save_carrier,
    save_service,
)
from steward.modules.logistics.commands.tariffs import save_tariff
from steward.modules.logistics.rules.tariffs import Draft, Tier, lanes_of

TESTER = system("tests")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, ten in the morning in Shanghai
FIRST = date(2026, 1, 1)


def tariff(*tiers: Tier, region: str = "", **facts: Any) -> Draft:
    return Draft(currency="CNY", lanes=lanes_of([("", region, tier) for tier in tiers]), **facts)


def flat(minor: int) -> Draft:
    return tariff(Tier(base_minor=minor))


def service(code: str, *, price: int | Draft = 1000, days: tuple[int, int] = (2, 3), **facts: Any) -> int:
    """Give a carrier of its own name one service that goes everywhere; return the service's id."""
    carrier = facts.pop("carrier", code)
    save_carrier(TESTER, draft=CarrierDraft(code=carrier, name=carrier.upper()))
    coverage = facts.pop("coverage", [CoverageDraft("", *days)])
    id_ = save_service(TESTER, draft=ServiceDraft(carrier=carrier, code=code, name=code, coverage=coverage, **facts))
    draft = flat(price) if isinstance(price, int) else price
    save_tariff(TESTER, service=code, draft=draft, valid_from=FIRST)
    return id_
