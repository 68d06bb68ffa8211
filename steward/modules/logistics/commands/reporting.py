"""What is believed of whom: a source that reports of one carrier only moves that carrier's parcels."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from steward.modules.logistics.ports import Report


def believed(reports: Sequence[Report], *, carrier_code: str) -> list[Report]:
    """Leave out what a source says of other carriers; where it names none, or none we know, its own is meant.

    An empty `carrier_code` is a source that gathers from many: it is believed of all.
    """
    if not carrier_code:
        return list(reports)
    return [
        one if one.carrier_code else structs.replace(one, carrier_code=carrier_code)
        for one in reports
        if one.carrier_code in ("", carrier_code)
    ]
