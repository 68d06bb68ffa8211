"""Steps of the house's own: an order waits at each until somebody says that it is done. Source: ORD-7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.orders.commands.moving import Standing, lock_order
from steward.modules.orders.commands.writing import CLOCK_OF_STATE
from steward.modules.orders.events import OrderStepCompleted
from steward.modules.orders.models import Step, StepDone
from steward.modules.orders.queries.process import step_definitions, step_label
from steward.modules.orders.rules.process import GATES, pending_before
from steward.modules.orders.rules.steps import standing

OPEN_STATES = ("received", "checked", "audit")


class StepsOpen(errors.Refusal):
    """Refuse to approve an order of which a step is still to be done."""

    code = "steps_open"
    status = 409
    message = _("A step of the process is still to be done: %(steps)s.")


class NoSuchStep(errors.Refusal):
    """Refuse to do a step that the order does not wait at."""

    code = "no_such_step"
    status = 409
    message = _("This order does not wait at that step, or it was done already.")


class Own(Struct, frozen=True):
    """The process as it stands, and what is done of it, for some orders."""

    order: list[str]
    manual: list[str]
    done: dict[int, set[str]]

    def pending(self, one: Standing, verb: str) -> list[str]:
        """List what has to be done before an order can take a transition."""
        return pending_before(verb, self.order, self.manual, sorted(self.done.get(one.id, ())))


def own_steps(order_ids: Sequence[int]) -> Own:
    """Read the process, and what is done of its own steps; where it has none, one small statement is all it costs."""
    rows = list(Step.objects.filter(active=True).order_by("position", "id").values_list("code", "manual"))
    manual = [code for code, is_manual in rows if is_manual]
    done: dict[int, set[str]] = defaultdict(set)
    if manual:
        for order_id, code in StepDone.objects.filter(order_id__in=order_ids).values_list("order_id", "code"):
            done[order_id].add(code)
    return Own([code for code, _manual in rows], manual, done)


def start_own_clocks(actor: Actor, orders: Sequence[Standing], own: Own, now: datetime) -> None:
    """Start the clock of the own step at which each locked order waits now; one that runs stays as it is.

    Where the money is there already, the clock of the payment ends: the order waits for us, not for the buyer.
    """
    if not own.manual:
        return
    definitions = step_definitions()
    starts: list[ClockStart] = []
    paid: list[ClockStop] = []
    for one in orders:
        if one.state not in OPEN_STATES or one.historic:
            continue
        where = standing(
            state=one.state,
            payment_state=one.payment_state,
            fulfilment_state=one.fulfilment_state,
            open_errors=int(one.has_errors),
            definitions=definitions,
            done=own.done.get(one.id, set()),
        ).current
        if where is None or not where.manual:
            continue
        if one.state == "checked" and one.may_go_on:
            paid.append(ClockStop("order", one.id, CLOCK_OF_STATE[one.state]))
        if where.clock_kind:
            starts.append(ClockStart("order", one.id, where.clock_kind, now, simulated=one.simulated))
    stop_clocks(actor, stops=paid, at=now)
    start_clocks(actor, starts=starts, now=now)


def call_off_own_clocks(actor: Actor, order_ids: Sequence[int], now: datetime) -> None:
    """Call the clocks of own steps off, because their orders are over."""
    kinds = Step.objects.filter(active=True, manual=True).exclude(clock_kind="").values_list("clock_kind", flat=True)
    stops = [ClockStop("order", order_id, kind) for kind in kinds for order_id in order_ids]
    if stops:
        cancel_clocks(actor, stops=stops, at=now)


def refuse_pending(orders: Sequence[Standing]) -> None:
    """Refuse to approve locked orders that wait at own steps. Raises: StepsOpen."""
    own = own_steps([one.id for one in orders])
    for one in orders:
        if pending := own.pending(one, "approve"):
            names = {each.code: step_label(each.code, each.name) for each in step_definitions()}
            raise StepsOpen(steps=", ".join(names.get(code, code) for code in pending))


def write_done(actor: Actor, *, order_id: int, code: str, note: str, now: datetime) -> Standing:
    """Note a step of a locked order as done and stop its clock, as a step of the caller's command.

    Raises: NotFound, NoSuchStep. Emits: OrderStepCompleted. Locks: the order.
    """
    one = lock_order(order_id)
    own = own_steps([order_id])
    waits = {each for verb in GATES for each in own.pending(one, verb)}
    if code not in waits or one.state not in OPEN_STATES or one.historic:
        raise NoSuchStep
    StepDone.objects.create(order_id=order_id, code=code, note=note.strip()[:200], done_at=now, done_by=actor.id)
    row = Step.objects.get(code=code, active=True)
    if row.clock_kind:
        stop_clocks(actor, stops=[ClockStop("order", order_id, row.clock_kind)], at=now)
    told = OrderStepCompleted(
        order_id=order_id, code=code, name=row.name, note=note.strip()[:200], simulated=one.simulated
    )
    events.record(actor, [told])
    return one
