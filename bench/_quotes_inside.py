"""Open the sample's carriers in a migrated database, then time quotes beside a plain loop. Prints one line of JSON."""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import django

django.setup()

from steward.kernel import moment  # noqa: E402
from steward.kernel.actor import system  # noqa: E402
from steward.modules.customers.queries.divisions import divisions  # noqa: E402
from steward.modules.logistics.queries import choice, quotes  # noqa: E402
from steward.modules.logistics.queries.choice import Wanted  # noqa: E402
from steward.modules.logistics.rules import pricing  # noqa: E402
from steward.modules.logistics.rules.pricing import ParcelFacts  # noqa: E402
from steward.sample import carriers  # noqa: E402

LOOPED = 300  # the loop is timed on so many parcels and scaled: on all of them it would take minutes


def main(count: int, rounds: int) -> None:
    """Time `quote`, the loop and the choice; every price of the loop must be that of the batch."""
    now = moment.now()
    carriers.open_files(system("bench"), now.date())
    parcels = _parcels(count)
    part = parcels[: min(LOOPED, len(parcels))]
    tariffs = {one.code: (carriers.tariff(one, dearer=carriers.RISE), one.divisor) for one in carriers.PRODUCTS}
    found: dict[str, Any] = {"quote_s": [], "loop_s": [], "choose_s": [], "services": len(tariffs)}
    quotes.quote(part, at=now)  # what a process that has answered before knows
    wanted = [Wanted(one, now.date() + timedelta(days=3)) for one in parcels]
    for _round in range(rounds):
        seconds, offers = _timed(lambda: quotes.quote(parcels, at=now))
        found["quote_s"].append(seconds)
        seconds, prices = _timed(
            lambda: [
                {
                    code: pricing.price(draft, one, volumetric_divisor=divisor)
                    for code, (draft, divisor) in tariffs.items()
                }
                for one in part
            ]
        )
        found["loop_s"].append(seconds * len(parcels) / len(part))
        for offered, priced in zip(offers, prices, strict=False):
            for one in offered:
                alone = priced[one.service_code]
                if alone is None or alone.price_minor != one.price_minor:
                    raise SystemExit(f"batch and loop disagree: {one} and {alone}")
        found["choose_s"].append(_timed(lambda: choice.choose_services(wanted, at=now))[0])
    print(json.dumps(found))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _parcels(count: int) -> list[ParcelFacts]:
    rng = Random(2026)
    districts = [code for code in divisions().name_of if len(code) == 6]
    return [
        ParcelFacts(
            rng.choice(carriers.ORIGINS),
            rng.choice(districts),
            rng.randint(50, 30_000),
            rng.randint(0, 600),
            rng.randint(0, 600),
            rng.randint(0, 600),
            rng.choice(("ambient", "ambient", "chilled")),
        )
        for _parcel in range(count)
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
