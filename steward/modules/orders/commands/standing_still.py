"""Let the clock of an order's step stand still while a hold or a second look has it, and run on afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockPause, ClockStop, pause_clocks, resume_clocks
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.commands.writing import CLOCK_OF_STATE
from steward.modules.orders.rules.standing_still import WAITS, Wait, waits_for


def follow_waits(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Pause the clocks of locked orders whose step waits for others; let those run on that another person has checked.

    A step of the caller's command; orders nobody holds or checks cost nothing. What a surge postponed stands still for
    the wait from then on, and no longer for the surge. Locks: the clocks, in id order.
    """
    waits = {one.id: _wait(one) for one in orders if one.state in CLOCK_OF_STATE and not one.historic}
    held = [one for one in orders if waits.get(one.id)]
    checked = [one for one in orders if one.is_verified and one.id in waits and not waits[one.id]]
    pause_clocks(
        actor,
        pauses=[ClockPause("order", one.id, CLOCK_OF_STATE[one.state], str(waits[one.id])) for one in held],
        at=now,
    )
    resume_clocks(actor, stops=[_clock(one) for one in checked], at=now, reason="verified", lifts=WAITS)


def run_on(actor: Actor, one: Standing, now: datetime) -> None:
    """Let the clock of a released order's step run on. Locks: the clock."""
    if one.state in CLOCK_OF_STATE:
        resume_clocks(actor, stops=[_clock(one)], at=now, reason="released", lifts=WAITS)


def _wait(one: Standing) -> Wait | None:
    return waits_for(
        state=one.state,
        is_held=one.is_held,
        awaits_verification=one.awaits_verification,
        has_errors=one.has_errors,
        may_go_on=one.may_go_on,
        fulfilment_state=one.fulfilment_state,
    )


def _clock(one: Standing) -> ClockStop:
    return ClockStop("order", one.id, CLOCK_OF_STATE[one.state])
