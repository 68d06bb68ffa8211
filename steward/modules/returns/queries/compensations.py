"""Read compensations, the budgets they come out of, and the reasons and limits they are given by. Source: RET-7."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from msgspec import Struct

from steward.kernel import errors
from steward.modules.returns.models import Budget, BudgetDraw, Compensation, CompensationLimit, CompensationReason
from steward.modules.returns.queries import goodwill_words as words
from steward.modules.returns.queries.words import label_in
from steward.modules.returns.rules import compensation as rules

PAGE = 50
QUEUES = {
    "waiting": ("proposed",),
    "to_give": ("granted",),
    "given": ("given",),
    "not_given": ("refused", "withdrawn", "failed"),
}


class CompensationRow(Struct, frozen=True, kw_only=True):
    """One compensation. Units: minor units of `currency`, points."""

    id: int
    number: str
    customer_id: int | None
    order_id: int | None
    order_number: str
    shop: str
    team: str
    case_number: str | None
    ticket_id: int | None
    complaint: str
    kind: str
    reason: str
    reason_labels: Mapping[str, str]
    words: str
    currency: str
    amount_minor: int
    points: int
    state: str
    signs: list[dict[str, Any]]
    proposed_at: datetime
    proposed_by: str
    approval_request_id: int | None
    refund_request_id: int | None
    refund_numbers: str
    coupon_id: int | None
    handover_id: int | None
    given_minor: int
    settled_at: datetime | None
    why: str

    @property
    def kind_label(self) -> str:
        """Name what is given."""
        return str(words.KINDS[self.kind])

    @property
    def reason_label(self) -> str:
        """Name the reason in the reader's language."""
        return label_in(self.reason_labels)

    @property
    def sign_words(self) -> list[str]:
        """Say why it was looked at twice."""
        return [words.sign_words(one["code"], one["facts"]) for one in self.signs]

    @property
    def by_person(self) -> bool:
        """Tell whether a person or a shop has to hand it over."""
        return self.state == "granted" and self.refund_request_id is None


class BudgetRow(Struct, frozen=True, kw_only=True):
    """One budget of a period. Units: minor units of `currency`."""

    id: int
    period: str
    first_date: date
    last_date: date
    shop: str
    team: str
    currency: str
    amount_minor: int
    reserved_minor: int
    spent_minor: int

    @property
    def left_minor(self) -> int:
        """Tell what can still be proposed."""
        return self.amount_minor - self.reserved_minor - self.spent_minor

    @property
    def taken_percent(self) -> int:
        """Tell how much of it is spent or reserved, for a bar."""
        return (self.spent_minor + self.reserved_minor) * 100 // self.amount_minor if self.amount_minor else 100


class Spender(Struct, frozen=True):
    """Who proposed what a budget was spent on. Units: minor units of the budget's currency."""

    proposed_by: str
    count: int
    minor: int


class ReasonRow(Struct, frozen=True, kw_only=True):
    """One reason. `amounts`: by currency {usual, least, most} in minor units."""

    code: str
    parent: str | None
    labels: Mapping[str, str]
    kinds: list[str]
    amounts: Mapping[str, Mapping[str, int]]
    position: int
    active: bool

    @property
    def label(self) -> str:
        """Name it in the reader's language."""
        return label_in(self.labels)


class LimitRow(Struct, frozen=True):
    """Up to where a role gives alone. Units: minor units of `currency`."""

    role: str
    currency: str
    alone_minor: int


class Filters(Struct, frozen=True, kw_only=True):
    """How a list is narrowed; empty: not."""

    queue: str = ""
    kind: str = ""
    reason: str = ""
    text: str = ""
    shops: Collection[str] = ()
    signs_only: bool = False


RENAMED = {"case_number": "case__number", "reason": "reason__code", "reason_labels": "reason__labels"}


def compensations_page(filters: Filters, *, before_id: int | None = None, limit: int = PAGE) -> list[CompensationRow]:
    """List compensations, newest first. Keyset: id."""
    rows = Compensation.objects.order_by("-id")
    if filters.shops:
        rows = rows.filter(shop__in=filters.shops)
    if filters.queue in QUEUES:
        rows = rows.filter(state__in=QUEUES[filters.queue])
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.reason:
        rows = rows.filter(Q(reason__code=filters.reason) | Q(reason__parent__code=filters.reason))
    if filters.signs_only:
        rows = rows.exclude(signs=[])
    if filters.text:
        text = filters.text.strip().upper()
        rows = rows.filter(Q(number=text) | Q(order_number=text) | Q(complaint=text) | Q(case__number=text))
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _rows(rows[:limit])


def compensation(number: str | int, *, shops: Collection[str] = ()) -> CompensationRow:
    """Read one, by its number or id. Raises: NotFound, also for a shop the reader may not see."""
    named = Q(id=number) if isinstance(number, int) else Q(number=number.strip().upper())
    found = _rows(Compensation.objects.filter(named))
    if not found or (shops and found[0].shop not in shops):
        raise errors.NotFound(key=number)
    return found[0]


def compensations_of(
    *,
    order_ids: Collection[int] = (),
    customer_ids: Collection[int] = (),
    case_number: str = "",
    ticket_ids: Collection[int] = (),
    limit: int = PAGE,
) -> list[CompensationRow]:
    """List what was given about an order, a case or a ticket, or to a customer, newest first."""
    wanted = Q(order_id__in=order_ids) | Q(customer_id__in=customer_ids) | Q(ticket_id__in=ticket_ids)
    if case_number:
        wanted |= Q(case__number=case_number)
    return _rows(Compensation.objects.filter(wanted).order_by("-id")[:limit])


def compensations_by_id(ids: Collection[int]) -> dict[int, CompensationRow]:
    """Find compensations; one query."""
    return {one.id: one for one in _rows(Compensation.objects.filter(id__in=ids))}


def _rows(rows: QuerySet[Compensation]) -> list[CompensationRow]:
    names = CompensationRow.__struct_fields__
    found = rows.values_list(*[RENAMED.get(name, name) for name in names])
    return [CompensationRow(**dict(zip(names, row, strict=True))) for row in found]


def queue_counts(*, shops: Collection[str] = ()) -> dict[str, int]:
    """Count what waits for a decision and what waits to be handed over, in one statement."""
    rows = Compensation.objects.filter(state__in=rules.OPEN)
    if shops:
        rows = rows.filter(shop__in=shops)
    counts = dict(rows.values_list("state").annotate(n=Count("id")))
    return {"waiting": counts.get("proposed", 0), "to_give": counts.get("granted", 0)}


def budgets(*, on: date | None = None, shops: Collection[str] = ()) -> list[BudgetRow]:
    """List budgets, newest period first; `on` leaves those in force that day."""
    rows = Budget.objects.order_by("-first_date", "currency", "shop", "team", "id")
    if on is not None:
        rows = rows.filter(first_date__lte=on, last_date__gte=on)
    if shops:
        rows = rows.filter(shop__in=[*shops, ""])
    names = BudgetRow.__struct_fields__
    return [BudgetRow(**dict(zip(names, row, strict=True))) for row in rows[:200].values_list(*names)]


def spenders(budget_ids: Collection[int]) -> dict[int, list[Spender]]:
    """Tell who proposed what budgets were spent on, the most first; one query."""
    rows = BudgetDraw.objects.filter(budget__in=budget_ids, state="spent").order_by("budget_id")
    found: dict[int, list[Spender]] = {}
    for budget_id, person, count, minor in rows.values_list("budget_id", "compensation__proposed_by").annotate(
        n=Count("id"), sum=Sum("spent_minor")
    ):
        found.setdefault(budget_id, []).append(Spender(person, count, minor or 0))
    return {id_: sorted(ones, key=lambda one: -one.minor) for id_, ones in found.items()}


def budget_faults() -> list[int]:
    """List budgets whose reserved and spent sums are not what their draws say."""
    draws = BudgetDraw.objects.values_list("budget_id", "state").annotate(
        amount=Sum("amount_minor"), spent=Sum("spent_minor")
    )
    sums: dict[int, list[int]] = {}
    for budget_id, state, amount, spent in draws:
        own = sums.setdefault(budget_id, [0, 0])
        own[0] += amount if state == "reserved" else 0
        own[1] += spent or 0
    rows = Budget.objects.order_by("id").values_list("id", "reserved_minor", "spent_minor")
    return [id_ for id_, reserved, spent in rows if sums.get(id_, [0, 0]) != [reserved, spent]]


def compensation_reasons(*, active_only: bool = True) -> list[ReasonRow]:
    """List the reasons, roots and branches, in the order people see them."""
    rows = CompensationReason.objects.order_by("position", "id")
    if active_only:
        rows = rows.filter(active=True)
    return [
        ReasonRow(
            code=row.code,
            parent=row.parent.code if row.parent else None,
            labels=row.labels,
            kinds=row.kinds,
            amounts=row.amounts,
            position=row.position,
            active=row.active,
        )
        for row in rows.select_related("parent")
    ]


def reason_tree(rows: Sequence[ReasonRow]) -> list[tuple[ReasonRow, list[ReasonRow]]]:
    """Put branches under their roots."""
    return [(root, [one for one in rows if one.parent == root.code]) for root in rows if root.parent is None]


def compensation_limits() -> list[LimitRow]:
    """List up to where roles give alone."""
    rows = CompensationLimit.objects.order_by("role", "currency")
    return [LimitRow(*row) for row in rows.values_list("role", "currency", "alone_minor")]
