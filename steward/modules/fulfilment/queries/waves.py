"""Read waves: what was asked, what both modes would do, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count
from msgspec import Struct

from steward.kernel import errors
from steward.modules.fulfilment.models import Wave, WaveOrder
from steward.modules.orders.queries.allocating import numbers_of_orders

FIELDS = (
    "id",
    "number",
    "state",
    "pool",
    "wanted_method",
    "limit_s",
    "policy_version",
    "currency",
    "method",
    "before",
    "after",
    "bound_minor",
    "gap",
    "took_s",
    "error",
    "requested_at",
    "requested_by",
    "planned_at",
    "decided_at",
    "decided_by",
)


class WaveView(Struct, frozen=True):
    """One wave. Units: minor units of `currency`, seconds, share 0–1."""

    id: int
    number: str
    state: str
    pool: str
    wanted_method: str
    limit_s: int
    policy_version: int
    currency: str
    method: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    bound_minor: int | None
    gap: float | None
    took_s: float | None
    error: str
    requested_at: datetime
    requested_by: str
    planned_at: datetime | None
    decided_at: datetime | None
    decided_by: str

    @property
    def saved_minor(self) -> int:
        """Say what the wave costs less than one by one; more where it serves more orders."""
        return int(self.before.get("cost_minor", 0)) - int(self.after.get("cost_minor", 0))


class WaveOrderView(Struct, frozen=True):
    """One order of a wave: what each mode gives it, and what became of it."""

    id: int
    order_id: int
    number: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    why: Mapping[str, Any]
    cost_minor: int
    outcome: str

    @property
    def has_moved(self) -> bool:
        """Tell whether the wave serves it from elsewhere than one by one would."""
        return bool(self.before.get("warehouses") != self.after.get("warehouses"))


def waves(*, after: int | None = None, limit: int = 50) -> list[WaveView]:
    """List waves, the newest first, from before an id on."""
    rows = Wave.objects.order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [WaveView(*row) for row in rows.values_list(*FIELDS)[:limit]]


def get_wave(number: str) -> WaveView:
    """Return a wave. Raises: NotFound."""
    row = Wave.objects.filter(number=number).values_list(*FIELDS).first()
    if row is None:
        raise errors.NotFound(key=number)
    return WaveView(*row)


def orders_of_wave(wave_id: int, *, outcome: str = "", after: int = 0, limit: int = 100) -> list[WaveOrderView]:
    """List the orders of a wave by id after a key, narrowed to an outcome where wanted."""
    rows = WaveOrder.objects.filter(wave_id=wave_id, id__gt=after).order_by("id")
    if outcome:
        rows = rows.filter(outcome=outcome)
    found = list(rows[:limit])
    numbers = numbers_of_orders(one.order_id for one in found)
    return [
        WaveOrderView(
            one.id,
            one.order_id,
            numbers.get(one.order_id, str(one.order_id)),
            one.before,
            one.after,
            one.why,
            one.cost_minor,
            one.outcome,
        )
        for one in found
    ]


def outcomes_of_wave(wave_id: int) -> dict[str, int]:
    """Count the orders of a wave by what became of them."""
    counted = WaveOrder.objects.filter(wave_id=wave_id).values_list("outcome").annotate(count=Count("id"))
    return dict(counted.order_by())


def may_be_discarded(state: str, outcomes: Collection[str]) -> bool:
    """Tell whether a wave may be thrown away: not one of which some orders were carried out."""
    return state in ("queued", "planned", "failed") and not {"applied", "changed"} & set(outcomes)


def waves_to_decide() -> int:
    """Count the planned waves nobody has decided about."""
    return Wave.objects.filter(state="planned").count()
