"""Try a rule set on past orders: each is judged as it would have been when it was placed, knowing nothing of later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.screening_signals import note_signals
from steward.modules.orders.models import Backtest, HoldDecision, Order
from steward.modules.orders.models import RuleSet as RuleSetRow
from steward.modules.orders.queries.screening_facts import facts_of, set_of
from steward.modules.orders.queries.screening_sealed import opened
from steward.modules.orders.rules.screening import judge
from steward.modules.orders.rules.screening_scores import Result, Tally
from steward.modules.orders.rules.screening_sets import RuleSet

TASK = "orders.run_backtest"
AT_ONCE = 1_000
MOST_LABELS = 200_000
ZONE = ZoneInfo("Asia/Shanghai")
BAD = ("rejected", "fraud", "labels")
LOOK_MINOR = parameters.define(
    "orders.screening_look_minor",
    500,
    unit="minor",
    label=_("What it costs to look at one held order, for back-tests"),
    minimum=0,
    maximum=1_000_000,
)


class NothingBad(errors.Refusal):
    """Refuse a back-test that does not say which orders count as bad."""

    code = "nothing_bad"
    status = 422
    message = _("Say which orders count as bad; with a label file, give one that names orders.")


class BadPeriod(errors.Refusal):
    """Refuse a period that ends before it begins."""

    code = "bad_period"
    status = 422
    message = _("The period has to begin before it ends.")


@command(needs="orders.screening_rules")
def request_backtest(
    actor: Actor,
    *,
    version: int,
    from_date: date,
    to_date: date,
    bad: Sequence[str],
    label_numbers: Sequence[str] = (),
    label_file: str = "",
    later: bool = True,
) -> int:
    """Ask for a back-test of a rule set; a worker runs it (`later` False: the caller does).

    `label_numbers` name bad orders by Steward's or the shop's number. Returns its id.
    Raises: NotFound, NothingBad, BadPeriod.
    """
    rule_set = RuleSetRow.objects.filter(version=version).first()
    if rule_set is None:
        raise errors.NotFound(key=version)
    labels = list(dict.fromkeys(label_numbers))[:MOST_LABELS]
    named = Q(number__in=labels) | Q(external_number__in=labels)
    labelled = list(Order.objects.filter(named).values_list("id", flat=True)) if labels else []
    if not bad or any(one not in BAD for one in bad) or ("labels" in bad and not labelled):
        raise NothingBad
    if to_date < from_date:
        raise BadPeriod
    row = Backtest.objects.create(
        rule_set=rule_set,
        from_date=from_date,
        to_date=to_date,
        bad=sorted(set(bad)),
        labelled=labelled,
        label_file=label_file[:200],
        requested_by=actor.id,
    )
    if later:
        app.configure_task(TASK, queue="imports").defer(backtest_id=row.id)
    return int(row.id)


def run_backtest(
    actor: Actor, *, backtest_id: int, now: datetime, progress: Callable[[int, int], None] | None = None
) -> Result | None:
    """Run a back-test part by part and keep its result; None when it has run already. Changes no order.

    Each part is a transaction of its own. A second run begins anew.
    """
    row = Backtest.objects.select_related("rule_set").get(id=backtest_id)
    if row.state == "done":
        return None
    wanted = _orders(row)
    Backtest.objects.filter(id=row.id).update(state="running", done=0, total=wanted.count(), error="")
    row.refresh_from_db()
    tally, rule_set, done, after = Tally(), set_of(row.rule_set), 0, 0
    while ids := list(wanted.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        note_signals(actor, order_ids=ids, now=now)
        judge_past(tally, rule_set, ids, _bad_among(row, ids))
        done, after = done + len(ids), ids[-1]
        Backtest.objects.filter(id=row.id).update(done=done)
        if progress is not None:
            progress(done, row.total)
    result = tally.result(rule_set.hold_at, look_minor=parameters.value(LOOK_MINOR))
    Backtest.objects.filter(id=row.id).update(state="done", result=msgspec.to_builtins(result), finished_at=now)
    return result


def judge_past(tally: Tally, rule_set: RuleSet, order_ids: Sequence[int], bad: set[int]) -> None:
    """Judge past orders, each as of the moment it was placed, and count the verdicts."""
    registered = {one.order_id: one.registered_at for one in opened(order_ids) if one.registered_at}
    for order_id, facts in facts_of(order_ids, rule_set, registered=registered, as_of=None).items():
        verdict = judge(facts, rule_set)
        tally.add(
            score=verdict.score,
            is_bad=order_id in bad,
            total_minor=facts.total_minor,
            currency=facts.currency,
            rules=[reason.rule for reason in verdict.reasons],
        )


def note_failure(backtest_id: int, error: str, now: datetime) -> None:
    """Note why a back-test could not be finished, where who asked for it sees it."""
    Backtest.objects.filter(id=backtest_id).update(state="failed", error=error[:400], finished_at=now)


def _orders(row: Backtest) -> QuerySet[Order]:
    """Choose the orders of the period; drills are none."""
    begin = datetime(row.from_date.year, row.from_date.month, row.from_date.day, tzinfo=ZONE)
    end = datetime(row.to_date.year, row.to_date.month, row.to_date.day, tzinfo=ZONE) + timedelta(days=1)
    return Order.objects.filter(placed_at__gte=begin, placed_at__lt=end, simulated=False)


def _bad_among(row: Backtest, ids: Sequence[int]) -> set[int]:
    """Name the orders that count as bad."""
    found: set[int] = set()
    if "rejected" in row.bad:
        decided = HoldDecision.objects.filter(outcome="rejected", hold__order_id__in=ids)
        found |= set(decided.values_list("hold__order_id", flat=True))
    if "fraud" in row.bad:
        found |= set(Order.objects.filter(id__in=ids, cancel_cause="fraud").values_list("id", flat=True))
    if "labels" in row.bad:
        found |= set(row.labelled) & set(ids)
    return found
