"""What fulfilment announces."""

from __future__ import annotations

from steward.kernel.events import Event


class OrderAllocated(Event, frozen=True, kw_only=True):
    """Goods of warehouses and lots were set aside for all of an order. Units: minor units of `currency`."""

    KIND = "fulfilment.order_allocated"
    SUBJECT = "order"
    order_id: int
    allocation_id: int
    warehouses: list[str]
    mode: str
    cost_minor: int
    currency: str


class OrderNotAllocated(Event, frozen=True, kw_only=True):
    """No warehouse, and no set of them, can serve all of an approved order now."""

    KIND = "fulfilment.order_not_allocated"
    SUBJECT = "order"
    order_id: int
    allocation_id: int
    reasons: list[str]


class OrderDeallocated(Event, frozen=True, kw_only=True):
    """What was set aside for an order was given back."""

    KIND = "fulfilment.order_deallocated"
    SUBJECT = "order"
    order_id: int
    allocation_id: int
    reason: str


class WavePlanned(Event, frozen=True, kw_only=True):
    """A wave was planned, beside what serving its orders one by one would have done. Units: gap as share 0–1."""

    KIND = "fulfilment.wave_planned"
    SUBJECT = "wave"
    wave_id: int
    number: str
    orders: int
    served: int
    gap: float


class WaveApplied(Event, frozen=True, kw_only=True):
    """A wave was carried out; `changed` orders did not fit any more."""

    KIND = "fulfilment.wave_applied"
    SUBJECT = "wave"
    wave_id: int
    number: str
    applied: int
    changed: int


class WaveDiscarded(Event, frozen=True, kw_only=True):
    """A wave was thrown away; nothing was set aside."""

    KIND = "fulfilment.wave_discarded"
    SUBJECT = "wave"
    wave_id: int
    number: str
    reason: str


class AllocationPolicySet(Event, frozen=True, kw_only=True):
    """A manager put new weights of allocation in force."""

    KIND = "fulfilment.allocation_policy_set"
    SUBJECT = "policy"
    policy_id: int
    version: int
    fields: list[str]
    reason: str
