"""Carry a planned wave out, or throw it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.fulfilment.commands.choosing import Choice
from steward.modules.fulfilment.commands.placing import Made, Placed, place_choices
from steward.modules.fulfilment.events import WaveApplied, WaveDiscarded
from steward.modules.fulfilment.models import Wave, WaveOrder
from steward.modules.inventory.commands.reserving import Placement

AT_ONCE = 500


class Applied(Struct, frozen=True):
    """What became of a wave: orders placed, and orders that did not fit any more."""

    applied: int
    changed: int


def apply_wave(actor: Actor, *, number: str, now: datetime) -> Applied:
    """Carry a wave out, some hundred orders per transaction; each is checked again under locks.

    What does not fit any more because stock moved is left as it was and reported. One that stopped in the middle goes
    on. Raises: NotFound, NotPossible, NotPermitted. Emits: WaveApplied, OrderAllocated, OrderNotAllocated.
    """
    actor.require("fulfilment.allocate")
    wave = _planned(number)
    while ids := list(
        WaveOrder.objects.filter(wave=wave, outcome="planned").order_by("id").values_list("id", flat=True)[:AT_ONCE]
    ):
        _apply_some(actor, wave_id=wave.id, row_ids=ids, now=now)
    return _finish(actor, number=number, now=now)


def _planned(number: str) -> Wave:
    wave = Wave.objects.filter(number=number).first()
    if wave is None:
        raise errors.NotFound(key=number)
    if wave.state != "planned":
        raise errors.NotPossible(state=wave.state, verb="apply")
    return wave


@command(needs="fulfilment.allocate")
def _apply_some(actor: Actor, *, wave_id: int, row_ids: Sequence[int], now: datetime) -> Placed:
    """Carry some orders of a wave out. Locks: the wave, then as place_choices."""
    wave = Wave.objects.select_for_update().get(id=wave_id)
    if wave.state != "planned":
        raise errors.NotPossible(state=wave.state, verb="apply")
    rows = list(WaveOrder.objects.filter(id__in=row_ids, outcome="planned").order_by("id"))
    choices = [_choice(wave, row) for row in rows]
    made = Made(wave.method or "single", wave.policy_version, wave.id)
    placed = place_choices(actor, choices=choices, made=made, now=now)
    in_place = set(placed.placed)
    for row in rows:
        row.outcome = "applied" if row.order_id in in_place else "changed"
    WaveOrder.objects.bulk_update(rows, ["outcome"])
    return placed


def _choice(wave: Wave, row: WaveOrder) -> Choice:
    return Choice(
        order_id=row.order_id,
        placements=msgspec.convert(row.placements, list[Placement]),
        cost_minor=row.cost_minor,
        currency=wave.currency,
        shipments=len(row.why.get("chosen", [])),
        why=row.why,
    )


@command(needs="fulfilment.allocate")
def _finish(actor: Actor, *, number: str, now: datetime) -> Applied:
    """Note that a wave was carried out, and that nothing was found for whom it left out. Locks: the wave."""
    wave = Wave.objects.select_for_update().get(number=number)
    if wave.state != "planned":
        raise errors.NotPossible(state=wave.state, verb="apply")
    left_out = [_choice(wave, row) for row in wave.orders.filter(outcome="unserved").order_by("id")]
    place_choices(actor, choices=left_out, made=Made(wave.method or "single", wave.policy_version, wave.id), now=now)
    applied = wave.orders.filter(outcome="applied").count()
    changed = wave.orders.filter(outcome="changed").count()
    Wave.objects.filter(id=wave.id).update(state="applied", decided_at=now, decided_by=actor.id)
    events.record(actor, [WaveApplied(wave_id=wave.id, number=number, applied=applied, changed=changed)])
    return Applied(applied, changed)


@command(needs="fulfilment.allocate")
def discard_wave(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Throw a wave away that was not carried out; its orders wait as before.

    Raises: NotFound, NotPossible. Emits: WaveDiscarded. Locks: the wave.
    """
    wave = Wave.objects.select_for_update().filter(number=number).first()
    if wave is None:
        raise errors.NotFound(key=number)
    if wave.state not in ("queued", "planned", "failed"):
        raise errors.NotPossible(state=wave.state, verb="discard")
    Wave.objects.filter(id=wave.id).update(state="discarded", decided_at=now, decided_by=actor.id)
    events.record(actor, [WaveDiscarded(wave_id=wave.id, number=number, reason=reason.strip()[:200])])
