"""What logistics announces."""

from __future__ import annotations

from steward.kernel.events import Event


class CarrierChanged(Event, frozen=True, kw_only=True):
    """The file of a carrier changed; `parts` names what: carrier, services, coverage, contacts, licences."""

    KIND = "logistics.carrier_changed"
    SUBJECT = "carrier"
    carrier_id: int
    code: str
    parts: list[str]
