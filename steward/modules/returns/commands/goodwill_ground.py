"""What compensation is judged on, read once for a batch: subjects, reasons, what went before, whose limits hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from steward.kernel.actor import Actor
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.people import queries as people
from steward.modules.returns.models import Case, Compensation, CompensationReason
from steward.modules.returns.queries import goodwill_past as past
from steward.modules.returns.rules import compensation as rules


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody is to get, why, and about what. Units: minor units of `currency`.

    Points are counted by what the shop says they are worth, coupons by what they take off at most. `involved` had a
    hand in it and agree to nothing. The `key` makes a form or a program's call count once.
    """

    kind: str
    reason: str
    currency: str
    amount_minor: int = 0
    points: int = 0
    coupon: CouponTerms | None = None
    customer_id: int | None = None
    order_number: str = ""
    order_id: int | None = None
    case_number: str = ""
    ticket_id: int | None = None
    complaint: str = ""
    words: str = ""
    key: str = ""
    team: str = ""
    involved: tuple[str, ...] = ()
    simulated: bool = False


class Ground:
    """The facts behind a batch of wishes. Made by `ground_of`; a constant number of statements."""

    def __init__(self, actor: Actor, wishes: Sequence[Wish], now: datetime) -> None:
        self.actor, self.now = actor, now
        self.proposer = people.person_behind(actor.id)
        self.cases = _cases({one.case_number for one in wishes if one.case_number})
        self.orders = _orders(wishes, self.cases.values())
        self.reasons = {
            row.code: row
            for row in CompensationReason.objects.filter(code__in={one.reason for one in wishes}, active=True)
        }
        keys = {one.key for one in wishes if one.key}
        done = Compensation.objects.filter(proposed_by=self.proposer, key__in=keys).select_related("reason")
        self.known = {row.key: row for row in done}
        self.customers = {id_ for one in wishes if (id_ := self.customer_of(one)) is not None}
        self.kin = past.kin_of(self.customers)
        self.before = past.before_of(self._matters(wishes), kin=self.kin)
        self.limits = past.limits_now()
        self.past = past.pasts_of(self.customers, kin=self.kin, before=self.before, now=now)
        staff = self.proposer.partition(":")
        self.alone: dict[str, int] = {}
        self.team = ""
        if staff[0] == "person":
            staff_id = int(staff[2])
            self.alone = past.alone_limits(people.roles_of([staff_id])[staff_id])
            self.team = people.team_of([staff_id]).get(staff_id, "")
        self.fresh: list[past.Before] = []

    def _matters(self, wishes: Sequence[Wish]) -> past.Matters:
        return past.Matters(
            customer_ids=self.customers,
            order_ids={id_ for one in wishes if (id_ := self.order_id_of(one)) is not None},
            ticket_ids={one.ticket_id for one in wishes if one.ticket_id},
            case_ids={row.id for row in self.cases.values()},
            complaints={one.complaint for one in wishes if one.complaint},
        )

    def order_of(self, wish: Wish) -> OrderBought | None:
        """Find the order a wish is about, its case's where it names none."""
        case = self.cases.get(wish.case_number)
        number = wish.order_number.strip().upper()
        if number:
            return next((one for one in self.orders.values() if one.number == number), None)
        return self.orders.get(wish.order_id or (case.order_id if case else 0))

    def order_id_of(self, wish: Wish) -> int | None:
        """Name the order by its id, even one nobody keeps here."""
        order = self.order_of(wish)
        return order.id if order else wish.order_id

    def customer_of(self, wish: Wish) -> int | None:
        """Name who gets it: who was named, else the order's buyer."""
        order = self.order_of(wish)
        return wish.customer_id or (order.customer_id if order else None)

    def shop_of(self, wish: Wish) -> str:
        """Name whose books it goes into; empty where it is about no order."""
        order = self.order_of(wish)
        return order.shop if order else ""

    def exists(self, wish: Wish) -> bool:
        """Tell whether what a wish is about exists, and the actor may touch its shop."""
        order = self.order_of(wish)
        if order is None and (wish.order_number or wish.case_number):
            return False
        if wish.case_number and wish.case_number not in self.cases:
            return False
        if wish.customer_id is not None and wish.customer_id not in self.kin:
            return False
        if order is not None and not self._belongs(wish, order):
            return False
        named = wish.customer_id or order or wish.ticket_id or wish.complaint  # a complaint may name a foreign order
        # What is about no order is about no shop: only who may all of them proposes it.
        return bool(named) and (self.actor.covers(order.shop) if order else not self.actor.scopes)

    def _belongs(self, wish: Wish, order: OrderBought) -> bool:
        """Tell whether case and customer are those of the order; who complains may be another, e.g. the recipient."""
        if wish.case_number and self.cases[wish.case_number].order_id != order.id:
            return False
        if wish.customer_id is None or order.customer_id is None or wish.complaint:
            return True
        return order.customer_id in {wish.customer_id, *self.kin[wish.customer_id]}

    def look(self, wish: Wish, amount_minor: int) -> list[rules.Sign]:
        """List what speaks for a second look; earlier wishes of the batch count along. Units: minor units."""
        customer_id = self.customer_of(wish)
        if customer_id is None:
            return []
        known = self.past[customer_id]
        own = set(self.kin.get(customer_id, [customer_id]))
        given = [
            *known.given,
            *(rules.Given(one.reason, one.amount_minor, one.currency) for one in self.fresh if one.customer_id in own),
        ]
        whole = rules.Past(given=given, bought_minor=known.bought_minor, ring=known.ring)
        return rules.signs(
            whole, reason=wish.reason, amount_minor=amount_minor, currency=wish.currency, limits=self.limits
        )

    def earlier(self, wish: Wish, row: Compensation) -> Counter[str]:
        """Sum by currency what went before in this matter, and to this customer lately. Units: minor units."""
        since = self.now - timedelta(days=self.limits.days)
        own = set(self.kin.get(row.customer_id or 0, [row.customer_id])) - {None}
        sums: Counter[str] = Counter()
        for one in [*self.before, *self.fresh]:
            same = (
                (row.order_id is not None and one.order_id == row.order_id)
                or (row.ticket_id is not None and one.ticket_id == row.ticket_id)
                or (row.case_id is not None and one.case_id == row.case_id)
                or (wish.complaint != "" and one.complaint == wish.complaint)
            )
            if same or (one.customer_id in own and one.proposed_at > since):
                sums[one.currency] += one.amount_minor
        self.fresh.append(
            past.Before(
                row.customer_id,
                row.order_id,
                row.ticket_id,
                row.case_id,
                row.complaint,
                wish.reason,
                row.amount_minor,
                row.currency,
                self.now,
            )
        )
        return sums


def ground_of(actor: Actor, wishes: Sequence[Wish], now: datetime) -> Ground:
    """Read what a batch of wishes is judged on."""
    return Ground(actor, wishes, now)


def _cases(numbers: Collection[str]) -> dict[str, Case]:
    return {row.number: row for row in Case.objects.filter(number__in=numbers)} if numbers else {}


def _orders(wishes: Sequence[Wish], cases: Collection[Case]) -> dict[int, OrderBought]:
    """Read the orders wishes name by number, by id, or through their case."""
    numbers = {number for one in wishes if (number := one.order_number.strip().upper())}
    ids = {one.order_id for one in wishes if one.order_id} | {row.order_id for row in cases}
    found = [*(orders_bought(numbers=numbers) if numbers else ()), *(orders_bought(ids=ids) if ids else ())]
    return {one.id: one for one in found}
