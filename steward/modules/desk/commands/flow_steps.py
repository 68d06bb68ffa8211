"""Let tickets go through their flow: begin it, tick what happened, open what is next, do and skip by hand (DSK-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.models import Event
from steward.kernel.rows import write_rows
from steward.modules.deadlines import rules as limits
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.desk.commands import ticket_clocks
from steward.modules.desk.commands.locking import lock_tickets
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.events import StepEnded, StepOpened
from steward.modules.desk.models import Flow, Ticket, TicketStep
from steward.modules.desk.queries.flows import plan_of, said, steps_of_flow
from steward.modules.desk.rules import flows, tickets
from steward.modules.orders.queries.standing import standing_of

NEEDS = "tickets.work"
SUBJECT, CLOCK = "ticket_step", "step"


class NotItsTurn(errors.Refusal):
    """Refuse to tick a step before those it comes after."""

    code = "not_its_turn"
    status = 409
    message = _("Other steps come first. Do them, or leave them out with a reason.")


class OutcomeNeeded(errors.Refusal):
    """Refuse to tick a step without saying which of its outcomes it had, or with one it does not have."""

    code = "outcome_needed"
    status = 422
    message = _("Say what came of it: %(outcomes)s.")


class Fact(Struct, frozen=True):
    """Something that happened and may tick steps: of one ticket, or of all active tickets about an order."""

    kind: str
    at: datetime
    facts: Mapping[str, Any]
    ticket_id: int | None = None
    order_id: int | None = None


class Change(Struct):
    """What is to be written of one ticket: steps that were opened and ended, and how many of these were ticked."""

    row: Ticket
    opened: list[TicketStep]
    ended: list[TicketStep]
    ticked: int = 0


@command(needs="desk.take_in")
def start_flows(actor: Actor, *, ticket_ids: Sequence[int], now: datetime) -> int:
    """Give tickets the flow that fits what they are about; another one than before drops what was not done.

    What the desk did before the flow began counts. Returns how many began one. Emits: StepOpened, StepEnded.
    Locks: tickets by id, their steps' clocks.
    """
    rows = lock_tickets(ticket_ids)
    known = [
        (flow, condition)
        for flow in Flow.objects.filter(active=True).order_by("position", "id")
        if (condition := limits.parse(flow.condition))
    ]
    followed = TicketStep.objects.filter(ticket_id__in=rows).exclude(state="dropped")
    current = dict(followed.values_list("ticket_id", "flow__code"))
    orders = _orders_of(list(rows.values())) if flows.asks_of_order(condition for _flow, condition in known) else {}
    begun: dict[int, Flow] = {}
    for row in rows.values():
        facts = ticket_clocks.facts_of(row) | orders.get(row.order_id or 0, {})
        wanted = next((flow for flow, condition in known if limits.holds(condition, facts)), None)
        if row.state not in tickets.ACTIVE or wanted is None or current.get(row.id) == wanted.code:
            continue
        if row.id in current:
            _drop(actor, row, now)
        begun[row.id] = wanted
    return _begin(actor, [rows[id_] for id_ in begun], begun, now)


def _orders_of(rows: Sequence[Ticket]) -> dict[int, dict[str, Any]]:
    """Say of the orders of tickets what conditions may ask."""
    found = standing_of({row.order_id for row in rows if row.order_id})
    return {
        id_: {f"order.{name}": value for name, value in msgspec.to_builtins(one).items()} for id_, one in found.items()
    }


def _drop(actor: Actor, row: Ticket, now: datetime) -> None:
    left = TicketStep.objects.filter(ticket=row, state__in=("waiting", "open", *flows.ENDED))
    open_ids = [step.id for step in left if step.state == "open"]
    left.filter(state__in=("waiting", "open")).update(state="dropped", ended_at=now, ended_by=actor.id)
    left.filter(state__in=flows.ENDED).update(state="dropped")
    cancel_clocks(actor, stops=[_clock(id_) for id_ in open_ids], at=now, reason="another flow")


def _begin(actor: Actor, rows: Sequence[Ticket], chosen: Mapping[int, Flow], now: datetime) -> int:
    """Give each ticket its flow; what the desk did before counts. Returns how many."""
    TicketStep.objects.bulk_create(
        TicketStep(ticket=row, flow=chosen[row.id], code=step.code, position=place, role=step.role, state="waiting")
        for row in rows
        for place, step in enumerate(steps_of_flow(chosen[row.id]))
    )
    past = Event.objects.filter(subject_kind="ticket", subject_id__in=list(chosen), kind__startswith=flows.OWN_EVENTS)
    said: dict[int, list[Fact]] = {}
    for id_, kind, at, data in past.order_by("id").values_list("subject_id", "kind", "at", "data"):
        said.setdefault(id_, []).append(Fact(kind, at, data, id_))
    _advance(actor, rows, said, now)
    return len(rows)


@command(needs="desk.take_in")
def tick_steps(actor: Actor, *, happened: Sequence[Fact], now: datetime) -> int:
    """Tick the steps that what happened finishes, and open what is next; once only. Returns how many were ticked.

    Emits: StepEnded, StepOpened. Locks: tickets by id, their steps' clocks.
    """
    by_ticket = _by_ticket(happened)
    return _advance(actor, list(lock_tickets(by_ticket).values()), by_ticket, now)


def _by_ticket(happened: Sequence[Fact]) -> dict[int, list[Fact]]:
    """Say of which tickets with a running flow each fact tells."""
    about = {fact.order_id for fact in happened if fact.order_id}
    named = {fact.ticket_id for fact in happened if fact.ticket_id}
    running = TicketStep.objects.filter(state__in=("waiting", "open"))
    of_orders: dict[int, set[int]] = {}
    for order_id, id_ in running.filter(ticket__order_id__in=about).values_list("ticket__order_id", "ticket_id"):
        of_orders.setdefault(order_id or 0, set()).add(id_)
    direct = set(running.filter(ticket_id__in=named).values_list("ticket_id", flat=True))
    found: dict[int, list[Fact]] = {}
    for fact in happened:
        ids = of_orders.get(fact.order_id or 0, set()) | ({fact.ticket_id} & direct if fact.ticket_id else set())
        for id_ in ids:
            found.setdefault(id_ or 0, []).append(fact)
    return found


@command(needs=NEEDS)
def do_step(actor: Actor, *, step_id: int, now: datetime, note: str = "", outcome: str = "") -> None:
    """Tick a step by hand, with what came of it where the flow goes on by that.

    Raises: NotFound, NotItsTurn, NotPossible, OutcomeNeeded. Emits: StepEnded, StepOpened. Locks: the ticket.
    """
    row, step = _lock(step_id)
    known = {one.code: said(one.labels) for one in plan_of(step).outcomes}
    if (outcome or known) and outcome not in known:
        raise OutcomeNeeded(outcomes=" · ".join(known.values()) or "–")
    step.outcome = outcome
    _end(actor, row, step, "done", note, now)


@command(needs=NEEDS)
def skip_step(actor: Actor, *, step_id: int, reason: str, now: datetime) -> None:
    """Leave a step out, with the reason; one that is not optional takes the right to manage.

    Raises: NotFound, NotItsTurn, NotPossible, ReasonNeeded, NotPermitted. Emits: StepEnded, StepOpened.
    Locks: the ticket.
    """
    if not reason.strip():
        raise ReasonNeeded
    row, step = _lock(step_id)
    if not plan_of(step).optional:
        actor.require("tickets.manage")
    _end(actor, row, step, "skipped", reason, now)


def _lock(step_id: int) -> tuple[Ticket, TicketStep]:
    ticket_id = TicketStep.objects.filter(id=step_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise errors.NotFound(key=step_id)
    row = lock_tickets([ticket_id])[ticket_id]
    return row, TicketStep.objects.select_related("flow").get(id=step_id)


def _end(actor: Actor, row: Ticket, step: TicketStep, state: str, why: str, now: datetime) -> None:
    if step.state == "waiting":
        raise NotItsTurn
    if step.state != "open":
        raise errors.NotPossible(state=step.state, verb=state)
    _mark_ended(actor, step, state, why, now)
    _write(actor, [Change(row, [], [step])], now)
    _advance(actor, [row], {}, now)


def _advance(actor: Actor, rows: Sequence[Ticket], happened: Mapping[int, Iterable[Fact]], now: datetime) -> int:
    """Go on with the flows of tickets by what happened to each. Returns how many steps were ticked.

    Steps and orders are read once for all of them, and written once.
    """
    running: dict[int, dict[str, TicketStep]] = {}
    steps = TicketStep.objects.filter(ticket_id__in=[row.id for row in rows]).exclude(state="dropped")
    for step in steps.select_related("flow").order_by("id"):
        running.setdefault(step.ticket_id, {})[step.code] = step
    plans = {id_: steps_of_flow(next(iter(mine.values())).flow) for id_, mine in running.items()}
    asking = {id_ for id_, plan in plans.items() if flows.asks_of_order(step.only for step in plan)}
    orders = _orders_of([row for row in rows if row.id in asking]) if asking else {}
    changes: list[Change] = []
    for row in rows:
        if row.id in running:
            facts = ticket_clocks.facts_of(row)
            facts |= orders.get(row.order_id or 0, {}) if row.id in asking else {}
            changes.append(_go_on(actor, row, plans[row.id], running[row.id], facts, happened.get(row.id, ()), now))
    _write(actor, changes, now)
    return sum(change.ticked for change in changes)


def _go_on(
    actor: Actor,
    row: Ticket,
    plan: Sequence[flows.Step],
    by_code: Mapping[str, TicketStep],
    facts: Mapping[str, Any],
    happened: Iterable[Fact],
    now: datetime,
) -> Change:
    """Open what is next and tick what is done, one thing after the other."""
    change = Change(row, [], [])

    def open_next(at: datetime) -> None:
        while found := _turns(plan, by_code, facts):
            for code, state in found.items():
                step = by_code[code]
                if state == "open":
                    step.state, step.opened_at = "open", at
                    change.opened.append(step)
                else:
                    _mark_ended(actor, step, state, "", at)
                    change.ended.append(step)

    open_next(row.opened_at if all(step.state == "waiting" for step in by_code.values()) else now)
    for fact in happened:
        for step in plan:
            if when := _finishes(fact, step, by_code[step.code]):
                by_code[step.code].outcome = when.outcome
                _mark_ended(actor, by_code[step.code], "done", "", fact.at)
                change.ended.append(by_code[step.code])
                change.ticked += 1
                open_next(fact.at)
                break
    return change


def _turns(
    plan: Sequence[flows.Step], by_code: Mapping[str, TicketStep], facts: Mapping[str, Any]
) -> Mapping[str, str]:
    """Say whose turn has come, by what came of the steps so far."""
    states = {code: step.state for code, step in by_code.items()}
    outcomes = {code: step.outcome for code, step in by_code.items()}
    return flows.turns(plan, states, {**facts, **flows.came_of(states, outcomes)})


def _finishes(fact: Fact, step: flows.Step, mine: TicketStep) -> flows.When | None:
    """Find what of a step a fact finishes; what the desk did before it was the step's turn does not."""
    if mine.opened_at is not None and fact.at < mine.opened_at and fact.kind.startswith(flows.OWN_EVENTS):
        return None
    return flows.ticked(step, mine.state, flows.Happened(fact.kind, fact.facts))


def _mark_ended(actor: Actor, step: TicketStep, state: str, why: str, at: datetime) -> None:
    step.state, step.ended_at, step.ended_by, step.why = state, at, actor.id, why.strip()[:400]


def _write(actor: Actor, changes: Sequence[Change], now: datetime) -> None:
    """Write what was opened and ended of all tickets, with the clocks, and tell of it."""
    touched = {step.id: step for change in changes for step in (*change.opened, *change.ended)}
    write_rows(touched.values(), ["state", "opened_at", "ended_at", "ended_by", "why", "outcome"])
    starts = [_start(change.row, step) for change in changes for step in change.opened]
    if starts:
        start_clocks(actor, starts=starts, now=now)
    stops: dict[datetime, list[ClockStop]] = {}
    due: list[int] = []
    for change in changes:
        for step in change.ended:
            if step.opened_at is not None:  # else passed over, or done before its turn: no limit ran
                stops.setdefault(step.ended_at or now, []).append(_clock(step.id))
        done = [step for step in change.ended if step.state == "done"]
        for kind in sorted({kind for step in done for kind in plan_of(step).gives}):
            at = min(step.ended_at or now for step in done if kind in plan_of(step).gives)
            stops.setdefault(at, []).append(ClockStop(ticket_clocks.SUBJECT, change.row.id, kind))
            due.append(change.row.id)
    for at, those in sorted(stops.items()):
        stop_clocks(actor, stops=those, at=at)
    if due:
        ticket_clocks.keep_due(due)
    if touched:
        events.record(actor, [told for change in changes for told in _told(change)])


def _told(change: Change) -> Iterator[events.Event]:
    row = change.row
    for step in change.opened:
        yield StepOpened(ticket_id=row.id, step_id=step.id, step=step.code, role=step.role, simulated=row.simulated)
    for step in change.ended:
        yield StepEnded(
            ticket_id=row.id,
            step_id=step.id,
            step=step.code,
            how=step.state,
            outcome=step.outcome,
            simulated=row.simulated,
        )


def _start(row: Ticket, step: TicketStep) -> ClockStart:
    facts = {"step": f"{step.flow.code}.{step.code}", "urgency": row.urgency, "special": row.special}
    owner = row.owner_id if step.role == "customer_service" else None
    return ClockStart(SUBJECT, step.id, CLOCK, step.opened_at or row.opened_at, facts, owner, step.role, row.simulated)


def _clock(step_id: int) -> ClockStop:
    return ClockStop(SUBJECT, step_id, CLOCK)


def plain(event: events.Event) -> dict[str, Any]:
    """Write an event's facts as conditions ask for them."""
    return dict(msgspec.to_builtins(event))
