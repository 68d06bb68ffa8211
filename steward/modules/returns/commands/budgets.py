"""Budgets of compensation: set for a period, reserved by what is proposed, spent when it is given, else freed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.money import CURRENCIES
from steward.kernel.rows import write_rows
from steward.modules.catalog import queries as catalog
from steward.modules.people import queries as people
from steward.modules.returns.events import BudgetSet
from steward.modules.returns.models import Budget, BudgetDraw, Compensation
from steward.modules.returns.rules import compensation as rules


class BadBudget(errors.Refusal):
    """Refuse a budget that makes no sense."""

    code = "bad_budget"
    status = 422
    message = _("A budget needs a period, a currency, a shop and a team that exist or none, and an amount from 0 on.")


class BudgetUsed(errors.Refusal):
    """Refuse to set a budget below what is reserved and spent already."""

    code = "budget_used"
    status = 409
    message = _("%(used)s is reserved or spent of it already. Set at least that much.")


class BudgetSpent(errors.Refusal):
    """Refuse what no budget covers any more."""

    code = "budget_spent"
    status = 409
    message = _(
        "The budget has only %(left)s %(currency)s left until %(until)s. Give less, or ask for a higher budget."
    )


class BudgetDraft(Struct, frozen=True, kw_only=True):
    """What may be given in the month or quarter a day lies in. Units: minor units of `currency`."""

    period: str
    day: date
    currency: str
    amount_minor: int
    shop: str = ""
    team: str = ""


@command(needs="returns.budgets")
def set_budget(actor: Actor, *, draft: BudgetDraft, now: datetime) -> int:
    """Set what may be given in a period; again for the same period, shop, team and currency changes it.

    Returns its id. Raises: BadBudget, BudgetUsed. Emits: BudgetSet. Locks: the budget.
    """
    known_team = not draft.team or draft.team in {one.code for one in people.teams()}
    known_shop = actor.covers(draft.shop) and catalog.shop_by_code(draft.shop) is not None
    known_shop = known_shop if draft.shop else not actor.scopes  # a budget of all shops is set by who may all shops
    fits = draft.period in rules.PERIODS and draft.currency in CURRENCIES and draft.amount_minor >= 0
    if not (fits and known_team and known_shop):
        raise BadBudget
    first, last = rules.period_of(draft.period, draft.day)
    key = {
        "period": draft.period,
        "first_date": first,
        "shop": draft.shop,
        "team": draft.team,
        "currency": draft.currency,
    }
    facts = {"last_date": last, "amount_minor": 0, "set_at": now, "set_by": actor.id}
    Budget.objects.bulk_create([Budget(**key, **facts)], ignore_conflicts=True)
    row = Budget.objects.select_for_update().get(**key)
    used = row.reserved_minor + row.spent_minor
    if draft.amount_minor < used:
        raise BudgetUsed(used=f"{money.to_decimal(used, row.currency)} {row.currency}")
    before = row.amount_minor
    row.amount_minor, row.set_at, row.set_by = draft.amount_minor, now, actor.id
    row.save(update_fields=["amount_minor", "set_at", "set_by"])
    changed = BudgetSet(
        budget_id=row.id,
        first_date=first.isoformat(),
        shop=row.shop,
        team=row.team,
        currency=row.currency,
        before_minor=before,
        after_minor=row.amount_minor,
    )
    events.record(actor, [changed])
    return row.id


def reserve(wishes: Sequence[Compensation], today: date) -> tuple[dict[int, BudgetSpent], list[BudgetDraw]]:
    """Reserve what wishes cost in every budget that covers them, in their order; one lock, one update.

    Returns by place which are refused, and the draws to be written once the wishes have ids. A step of the caller's
    command. Locks: the budgets in force, in id order.
    """
    currencies = {one.currency for one in wishes}
    budgets = list(
        Budget.objects.select_for_update()
        .filter(
            Q(shop="") | Q(shop__in={one.shop for one in wishes}),
            Q(team="") | Q(team__in={one.team for one in wishes}),
            currency__in=currencies,
            first_date__lte=today,
            last_date__gte=today,
        )
        .order_by("id")
    )
    refused: dict[int, BudgetSpent] = {}
    draws: list[BudgetDraw] = []
    for place, wish in enumerate(wishes):
        own = [one for one in budgets if _covers(one, wish)]
        tightest = min(own, key=_left, default=None)
        if tightest is not None and _left(tightest) < wish.amount_minor:
            refused[place] = BudgetSpent(
                left=money.to_decimal(_left(tightest), tightest.currency),
                currency=tightest.currency,
                until=tightest.last_date.isoformat(),
            )
            continue
        for budget in own:
            budget.reserved_minor += wish.amount_minor
            draws.append(BudgetDraw(budget=budget, compensation=wish, amount_minor=wish.amount_minor))
    write_rows(budgets, ["reserved_minor"])
    return refused, draws


def _covers(budget: Budget, wish: Compensation) -> bool:
    return budget.currency == wish.currency and budget.shop in ("", wish.shop) and budget.team in ("", wish.team)


def _left(budget: Budget) -> int:
    return budget.amount_minor - budget.reserved_minor - budget.spent_minor


def settle_draws(spent_minor: Mapping[int, int]) -> None:
    """Turn what compensations reserved into what they cost in the end (by their id); the rest is free again.

    A step of the caller's command; what is settled already stays. Units: minor units. Locks: the budgets, in id order.
    """
    ids: Collection[int] = spent_minor.keys()
    budget_ids = set(BudgetDraw.objects.filter(compensation__in=ids).values_list("budget_id", flat=True))
    budgets = {row.id: row for row in Budget.objects.select_for_update().filter(id__in=budget_ids).order_by("id")}
    draws = list(BudgetDraw.objects.filter(compensation__in=ids, state="reserved").order_by("id"))
    for draw in draws:
        spent = min(spent_minor[draw.compensation_id], draw.amount_minor)
        budget = budgets[draw.budget_id]
        budget.reserved_minor -= draw.amount_minor
        budget.spent_minor += spent
        draw.spent_minor, draw.state = spent, "spent" if spent else "freed"
    write_rows(draws, ["spent_minor", "state"])
    write_rows(budgets.values(), ["reserved_minor", "spent_minor"])
