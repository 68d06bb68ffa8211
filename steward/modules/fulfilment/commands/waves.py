"""Plan waves: many orders together, beside what serving them one by one would have done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.fulfilment.commands.choosing import Choice, choices_of
from steward.modules.fulfilment.events import WavePlanned
from steward.modules.fulfilment.models import Wave, WaveOrder
from steward.modules.fulfilment.queries.policies import policy_in_force, policy_of_version
from steward.modules.fulfilment.queries.snapshots import Snapshot, snapshots
from steward.modules.fulfilment.rules import waves as rules
from steward.modules.orders.queries.allocating import orders_awaiting_allocation, orders_to_allocate

TASK = "fulfilment.plan_wave"
SEQUENCE, PREFIX = "fulfilment_wave_id_seq", "WV"
METHODS = ("flow", "splits")
SHORTEST_S, LONGEST_S = 5, 600
MOST_ORDERS = 10_000


class NothingToPlan(errors.Refusal):
    """Refuse a wave without orders."""

    code = "nothing_to_plan"
    status = 409
    message = _("No approved order of this pool waits for its goods to be set aside.")


class UnfitWave(errors.Refusal):
    """Refuse a wave with an unknown method or an unreasonable limit."""

    code = "unfit_wave"
    status = 422
    message = _("A wave is planned as “flow” or “splits”, in %(shortest)s to %(longest)s seconds.")


@command(needs="fulfilment.allocate")
def request_wave(
    actor: Actor,
    *,
    now: datetime,
    order_ids: Sequence[int] | None = None,
    method: str = "splits",
    seconds: int = 60,
    pool: str = "main",
    later: bool = True,
) -> str:
    """Ask for a wave over orders, or over all of a pool that wait; a worker plans it (`later` False: the caller does).

    Returns its number. Raises: NothingToPlan, UnfitWave. Units: seconds.
    """
    if method not in METHODS or not SHORTEST_S <= seconds <= LONGEST_S:
        raise UnfitWave(shortest=SHORTEST_S, longest=LONGEST_S)
    chosen = orders_awaiting_allocation(pool=pool, limit=MOST_ORDERS) if order_ids is None else order_ids
    wanted = [one.id for one in orders_to_allocate(chosen) if one.may_be_allocated and one.pool == pool]
    if not wanted:
        raise NothingToPlan
    policy, id_ = policy_in_force(), numbering.next_ids(SEQUENCE, 1)[0]
    wave = Wave.objects.create(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        pool=pool,
        wanted_method=method,
        limit_s=seconds,
        policy_version=policy.version,
        currency=policy.weights.currency,
        requested_at=now,
        requested_by=actor.id,
    )
    WaveOrder.objects.bulk_create(WaveOrder(wave=wave, order_id=order_id) for order_id in wanted)
    if later:
        app.configure_task(TASK, queue="imports").defer(number=wave.number)
    return str(wave.number)


def run_wave(
    actor: Actor,
    *,
    now: datetime,
    order_ids: Sequence[int] | None = None,
    mode: str = "splits",
    seconds: int = 60,
    pool: str = "main",
) -> str:
    """Ask for a wave and plan it here and now. Returns its number. Raises: as request_wave does."""
    number = request_wave(actor, now=now, order_ids=order_ids, method=mode, seconds=seconds, pool=pool, later=False)
    plan_wave(actor, number=number, now=now)
    return number


def plan_wave(actor: Actor, *, number: str, now: datetime) -> bool:
    """Solve a wave outside of any transaction, then note the plan. False when it was planned or ended already.

    Raises: NotFound, NotPermitted. Emits: WavePlanned.
    """
    actor.require("fulfilment.allocate")
    wave = Wave.objects.filter(number=number).first()
    if wave is None:
        raise errors.NotFound(key=number)
    if wave.state not in ("queued", "failed"):
        return False
    ids = list(wave.orders.values_list("order_id", flat=True))
    found = snapshots(ids, policy_of_version(wave.policy_version), now=now)
    if not found:
        return note_failure(number, "no order waits any more")
    snapshot = found[0]
    solved = rules.solve(snapshot.problem, seconds=wave.limit_s, with_splits=wave.wanted_method == "splits")
    note_plan(
        actor,
        number=number,
        before=choices_of(snapshot, solved.before.take),
        after=choices_of(snapshot, solved.after.take),
        facts=_facts(snapshot, solved),
        now=now,
    )
    return True


def note_failure(number: str, error: str) -> bool:
    """Note why a wave could not be planned, where who asked for it sees it. Returns False."""
    Wave.objects.filter(number=number, state__in=("queued", "failed")).update(state="failed", error=error[:400])
    return False


def _facts(snapshot: Snapshot, solved: rules.Compared) -> dict[str, Any]:
    after = solved.after
    return {
        "method": after.method,
        "before": _figures(solved.before),
        "after": _figures(after),
        "bound_minor": round(after.bound),
        "gap": after.gap,
        "took_s": round(after.seconds, 3),
    }


def _figures(solution: rules.Solution) -> dict[str, Any]:
    """Write the figures of one mode for the wave's page."""
    shown: dict[str, Any] = msgspec.to_builtins(solution.figures)
    cost = solution.cost
    pieces = {"pieces": cost.pieces, "shipments_cost": cost.shipments, "splits_cost": cost.splits}
    return shown | {name: round(value) for name, value in pieces.items()} | {"seconds": round(solution.seconds, 3)}


@command(needs="fulfilment.allocate")
def note_plan(
    actor: Actor,
    *,
    number: str,
    before: Sequence[Choice],
    after: Sequence[Choice],
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Keep the plan of a wave with both modes of every order; nothing is set aside yet.

    Orders that wait no longer leave the wave. Raises: Stale. Emits: WavePlanned. Locks: the wave.
    """
    changed = Wave.objects.filter(number=number, state__in=("queued", "failed")).update(
        state="planned", planned_at=now, error="", **facts
    )
    if not changed:
        raise errors.Stale
    wave = Wave.objects.get(number=number)
    alone = {one.order_id: one for one in before}
    together = {one.order_id: one for one in after}
    wave.orders.exclude(order_id__in=together).delete()
    rows = list(wave.orders.order_by("id"))
    for row in rows:
        one = together[row.order_id]
        row.before, row.after = _short(alone[row.order_id]), _short(one)
        row.placements = msgspec.to_builtins(one.placements)
        row.why, row.cost_minor = one.why, one.cost_minor
        row.outcome = "planned" if one.placements else "unserved"
    WaveOrder.objects.bulk_update(
        rows, ["before", "after", "placements", "why", "cost_minor", "outcome"], batch_size=500
    )
    served = sum(row.outcome == "planned" for row in rows)
    planned = WavePlanned(wave_id=wave.id, number=number, orders=len(rows), served=served, gap=facts["gap"])
    events.record(actor, [planned])


def _short(one: Choice) -> dict[str, Any]:
    """Say in short what a mode gives an order."""
    chosen = one.why["chosen"]
    return {
        "warehouses": [site["name"] for site in chosen] if one.placements else [],
        "cost_minor": one.cost_minor if one.placements else 0,
        "days": max((site["days"] for site in chosen), default=0),
        "late_days": max((site["late_days"] for site in chosen), default=0),
    }
