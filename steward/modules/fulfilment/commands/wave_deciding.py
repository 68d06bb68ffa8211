"""Carry a planned wave out, or throw it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.fulfilment.commands.choosing import Choice
from steward.modules.fulfilment.commands.placing import Made, Placed, place_choices
from steward.modules.fulfilment.events import WaveApplied, WaveDiscarded
from steward.modules.fulfilment.models import Wave, WaveOrder
from steward.modules.fulfilment.queries.waves import may_be_discarded
from steward.modules.fulfilment.rules import filtering
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.reserving import Placement

AT_ONCE = 500


class Applied(Struct, frozen=True):
    """What became of a wave: orders placed, and orders that did not fit any more."""

    applied: int
    changed: int


def apply_wave(actor: Actor, *, number: str, now: datetime) -> Applied:
    """Carry a wave out, some hundred orders per transaction; each is checked again under locks.

    What does not fit any more because stock moved, the order changed or a day has passed and goods would not keep, is
    left as it was and reported. One that stopped in the middle goes on. Raises: NotFound, NotPossible, NotPermitted.
    Emits: WaveApplied, OrderAllocated, OrderNotAllocated.
    """
    actor.require("fulfilment.allocate")
    wave = _planned(number)
    while ids := list(
        WaveOrder.objects.filter(wave=wave, outcome="planned").order_by("id").values_list("id", flat=True)[:AT_ONCE]
    ):
        _apply_some(actor, wave_id=wave.id, row_ids=ids, now=now)
    left_out = list(WaveOrder.objects.filter(wave=wave, outcome="unserved").order_by("id").values_list("id", flat=True))
    for start in range(0, len(left_out), AT_ONCE):
        _note_left_out(actor, wave_id=wave.id, row_ids=left_out[start : start + AT_ONCE], now=now)
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
    wave = _locked(wave_id)
    rows = list(WaveOrder.objects.filter(id__in=row_ids, outcome="planned").order_by("id"))
    choices = _still_fresh(wave, [_choice(wave, row) for row in rows], now)
    placed = place_choices(actor, choices=choices, made=_made(wave), now=now)
    in_place = set(placed.placed)
    for row in rows:
        row.outcome = "applied" if row.order_id in in_place else "changed"
    WaveOrder.objects.bulk_update(rows, ["outcome"])
    return placed


def _locked(wave_id: int) -> Wave:
    wave = Wave.objects.select_for_update().get(id=wave_id)
    if wave.state != "planned":
        raise errors.NotPossible(state=wave.state, verb="apply")
    return wave


def _made(wave: Wave) -> Made:
    return Made(wave.method or "single", wave.policy_version, wave.id)


def _still_fresh(wave: Wave, choices: Sequence[Choice], now: datetime) -> list[Choice]:
    """Leave out choices of an earlier day whose goods would arrive too late by now to keep as long as they must."""
    today = inventory.local_day(now)
    if wave.planned_at and inventory.local_day(wave.planned_at) == today:
        return list(choices)
    items = catalog.items_by_id({placement.item_id for one in choices for placement in one.placements})
    return [one for one in choices if all(_keeps(site, items, today) for site in one.why["chosen"])]


def _keeps(site: Mapping[str, Any], items: Mapping[int, catalog.ItemFacts], today: date) -> bool:
    """Tell whether all goods from one warehouse keep long enough, were they to leave today."""
    delivered = today + timedelta(days=site["days"])
    dated = {(goods["item_id"], goods["expires_date"]) for goods in site["goods"] if goods["expires_date"]}
    return all(
        filtering.keeps(date.fromisoformat(expires), delivered, items[item].minimum_remaining_days)
        for item, expires in dated
    )


@command(needs="fulfilment.allocate")
def _note_left_out(actor: Actor, *, wave_id: int, row_ids: Sequence[int], now: datetime) -> None:
    """Note that nothing was found for some orders a wave left out; again is harmless. Locks: as _apply_some."""
    wave = _locked(wave_id)
    rows = WaveOrder.objects.filter(id__in=row_ids, outcome="unserved").order_by("id")
    place_choices(actor, choices=[_choice(wave, row) for row in rows], made=_made(wave), now=now)


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
    """Note that a wave was carried out. Locks: the wave."""
    wave = Wave.objects.select_for_update().get(number=number)
    if wave.state != "planned":
        raise errors.NotPossible(state=wave.state, verb="apply")
    applied = wave.orders.filter(outcome="applied").count()
    changed = wave.orders.filter(outcome="changed").count()
    Wave.objects.filter(id=wave.id).update(state="applied", decided_at=now, decided_by=actor.id)
    events.record(actor, [WaveApplied(wave_id=wave.id, number=number, applied=applied, changed=changed)])
    return Applied(applied, changed)


@command(needs="fulfilment.allocate")
def discard_wave(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Throw a wave away that was not carried out, not even in part; its orders wait as before.

    One that stopped in the middle is carried out to its end. Raises: NotFound, NotPossible. Emits: WaveDiscarded.
    Locks: the wave.
    """
    wave = Wave.objects.select_for_update().filter(number=number).first()
    if wave is None:
        raise errors.NotFound(key=number)
    if not may_be_discarded(wave.state, set(wave.orders.values_list("outcome", flat=True).distinct())):
        raise errors.NotPossible(state=wave.state, verb="discard")
    Wave.objects.filter(id=wave.id).update(state="discarded", decided_at=now, decided_by=actor.id)
    events.record(actor, [WaveDiscarded(wave_id=wave.id, number=number, reason=reason.strip()[:200])])
