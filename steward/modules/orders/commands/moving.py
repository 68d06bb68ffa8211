"""Move orders from state to state: locked in id order, compare and set, clocks and events with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, errors, events, sql
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.orders.commands.writing import CLOCK_OF_STATE, facts_of
from steward.modules.orders.events import OrderStateChanged
from steward.modules.orders.rules import transitions
from steward.modules.orders.rules.standing import OWING, is_settled

PACKAGE = "steward.modules.orders"
CALLED_OFF = ("cancel", "merge", "fail_checks", "unsubmit")


class Standing(Struct):
    """A locked order as the rules of its life see it. Units: minor currency units."""

    id: int
    state: str
    payment_state: str
    fulfilment_state: str
    total_minor: int
    paid_minor: int
    historic: bool
    simulated: bool
    currency: str
    pool: str
    has_errors: bool
    has_warnings: bool
    has_conflict: bool
    entered_by: str
    source: str
    mended_by: list[str]
    amounts_mended: bool
    is_screened: bool = False
    is_held: bool = False
    priority: str = "normal"
    customer_id: int | None = None
    on_account: bool = False
    has_invoice: bool = False
    whole_minor: int = 0
    credit_minor: int = 0
    awaits_goods: bool = False
    is_verified: bool = False
    awaits_verification: bool = False

    @property
    def by_hand(self) -> bool:
        """Tell whether a person typed it: in the form, or through the API in a browser's session."""
        return self.source == "form" or (self.source in ("api", "bulk") and self.entered_by.startswith("person:"))

    @property
    def goes_on_unpaid(self) -> bool:
        """Tell whether its buyer pays later: it goes on though money is still open. Source: ORD-6."""
        return self.on_account and self.payment_state in OWING

    @property
    def may_go_on(self) -> bool:
        """Tell whether its money lets it go on: paid, bought on account, or paid by goods that are to come back."""
        return is_settled(self.payment_state) or self.goes_on_unpaid or self.is_covered

    @property
    def is_covered(self) -> bool:
        """Tell whether goods that are still to come back pay what is open of it. Source: RET-5."""
        return self.credit_minor > 0 and self.payment_state in OWING and not self.open_minor

    @property
    def judged_minor(self) -> int:
        """Return the total its audit is judged by: of a part of a split order the whole's. Units: minor units."""
        return max(self.total_minor, self.whole_minor)

    @property
    def open_minor(self) -> int:
        """Return what its buyer still has to pay, as far as the order has heard. Units: minor currency units."""
        return max(0, self.total_minor - self.paid_minor - self.credit_minor)


class Move(Struct):
    """One transition of one locked order."""

    order: Standing
    verb: str
    reason: str = ""
    cause: str = ""


def lock_orders(ids: Iterable[int]) -> dict[int, Standing]:
    """Lock orders in id order and read where they stand; those that do not exist are left out.

    Two statements: one that had to wait for a lock would still see findings and conflicts as they were before it.
    """
    wanted = {"ids": arrays.integers(sorted(set(ids)))}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "lock_orders"), wanted)
        cursor.execute(sql.load(PACKAGE, "read_standings"), wanted)
        return {row[0]: Standing(*row) for row in cursor.fetchall()}


def lock_order(order_id: int) -> Standing:
    """Lock one order. Raises: NotFound."""
    found = lock_orders([order_id])
    if order_id not in found:
        raise errors.NotFound(key=order_id)
    return found[order_id]


def move_orders(actor: Actor, moves: Sequence[Move], now: datetime) -> None:
    """Carry out transitions of locked orders: state, clocks and one event each.

    The clock of the step left behind stops (it is called off when the order is cancelled or goes back), that of the
    step entered starts; past orders have none. Raises: NotPossible. Emits: OrderStateChanged.
    """
    if not moves:
        return
    after = [transitions.next_state(move.order.state, move.verb) for move in moves]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "change_states"),
            {
                "now": now,
                "ids": arrays.integers([move.order.id for move in moves]),
                "before": arrays.texts([move.order.state for move in moves]),
                "after": arrays.texts(after),
                "causes": arrays.texts([move.cause for move in moves]),
            },
        )
        if len(cursor.fetchall()) != len(moves):
            raise errors.Stale
    _move_clocks(actor, moves, after, now)
    events.record(
        actor,
        [
            OrderStateChanged(
                order_id=move.order.id,
                verb=move.verb,
                before=move.order.state,
                after=state,
                reason=move.reason,
                simulated=move.order.simulated,
            )
            for move, state in zip(moves, after, strict=True)
        ],
    )
    for move, state in zip(moves, after, strict=True):
        move.order.state = state


def _move_clocks(actor: Actor, moves: Sequence[Move], after: Sequence[str], now: datetime) -> None:
    done: list[ClockStop] = []
    called_off: list[ClockStop] = []
    starts = []
    for move, state in zip(moves, after, strict=True):
        if move.order.historic:
            continue
        left = CLOCK_OF_STATE.get(move.order.state)
        if left:
            stop = ClockStop("order", move.order.id, left)
            (called_off if move.verb in CALLED_OFF else done).append(stop)
        if state in CLOCK_OF_STATE:
            starts.append(
                ClockStart(
                    "order",
                    move.order.id,
                    CLOCK_OF_STATE[state],
                    now,
                    facts_of(move.order.priority),
                    simulated=move.order.simulated,
                )
            )
    stop_clocks(actor, stops=done, at=now)
    cancel_clocks(actor, stops=called_off, at=now)
    start_clocks(actor, starts=starts, now=now)
