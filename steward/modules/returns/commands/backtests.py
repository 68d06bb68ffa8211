"""Try a proposal on past cases: the same asks, once by the policy in force and once by the proposal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from django.utils import timezone
from msgspec import Struct
from procrastinate.contrib.django import app

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.screening_backtests import BadPeriod
from steward.modules.returns.commands.policies import checked
from steward.modules.returns.models import Backtest
from steward.modules.returns.queries.past import PastCase, past_cases
from steward.modules.returns.queries.policies import active_policy, all_reasons, book_of, policy_of_version, rules_of
from steward.modules.returns.queries.verdicts import answer, facts_of
from steward.modules.returns.rules.policy import Facts, Verdict

TASK = "returns.run_backtest"
MOST_CASES, MOST_SHOWN = 5_000, 50


class Past(Struct, frozen=True):
    """A past case with what both policies say of it: the line that is answered worst speaks for the case."""

    case: PastCase
    amount_minor: int
    before: Verdict
    after: Verdict


@command(needs="returns.policies")
def request_backtest(
    actor: Actor,
    *,
    rules: Sequence[dict[str, Any]],
    from_date: date,
    to_date: date,
    most_cases: int = 1_000,
    later: bool = True,
) -> int:
    """Ask for a back-test of rules; a worker runs it (`later` False: the caller does).

    Returns its id. Raises: UnfitPolicy, BadPeriod.
    """
    proposed = checked(rules)
    if to_date < from_date:
        raise BadPeriod
    row = Backtest.objects.create(
        policy_version=active_policy().version,
        rules=msgspec.to_builtins(proposed),
        from_date=from_date,
        to_date=to_date,
        most_cases=min(max(most_cases, 1), MOST_CASES),
        requested_by=actor.id,
    )
    if later:
        app.configure_task(TASK, queue="imports").defer(backtest_id=row.id)
    return int(row.id)


def run_backtest(*, backtest_id: int, now: datetime) -> bool:
    """Run a back-test and keep its result; False when it has run already. Changes no case.

    Each case is asked at the moment it was requested, with what was shown then; whether a buyer is trusted is what is
    known of them today.
    """
    row = Backtest.objects.get(id=backtest_id)
    if row.state == "done":
        return False
    since = timezone.make_aware(datetime.combine(row.from_date, time()))
    until = timezone.make_aware(datetime.combine(row.to_date, time()) + timedelta(days=1))
    cases = past_cases(since=since, until=until, limit=row.most_cases)
    past = _answered(cases, row)
    Backtest.objects.filter(id=row.id).update(state="done", result=_result(past), finished_at=now, error="")
    return True


def note_failure(backtest_id: int, error: str, now: datetime) -> None:
    """Note why a back-test could not be finished."""
    Backtest.objects.filter(id=backtest_id).update(state="failed", error=error[:400], finished_at=now)


def _answered(cases: Sequence[PastCase], row: Backtest) -> list[Past]:
    known = all_reasons()
    current = book_of(policy_of_version(row.policy_version).rules, row.policy_version, known)
    proposed = book_of(rules_of(row.rules), row.policy_version, known)
    asks = [ask for case in cases for ask in case.asks]
    facts = iter(facts_of(asks, {one.code: one for one in known}))
    found = []
    for case in cases:
        ones = [next(facts) for _ask in case.asks]
        pairs = list(zip(case.asks, ones, strict=True))
        before = [answer(current, ask, one, case.requested_at) for ask, one in pairs]
        after = [answer(proposed, ask, one, case.requested_at) for ask, one in pairs]
        if pairs:
            amount_minor = case.quoted_minor or _sold_for(case, ones)
            found.append(Past(case, amount_minor, min(before, key=_generosity), min(after, key=_generosity)))
    return found


def _sold_for(case: PastCase, facts: Sequence[Facts | str]) -> int:
    """Add up what the pieces were sold for. Units: minor units of the order's currency."""
    priced = zip(case.pieces, facts, strict=True)
    return sum(pieces * one.price_minor for pieces, one in priced if isinstance(one, Facts))


def _generosity(verdict: Verdict) -> tuple[bool, int]:
    """Order answers: refused first, then by the amount up to which nobody has to look."""
    return verdict.eligible, verdict.automatic_up_to_minor


def _result(past: Sequence[Past]) -> dict[str, Any]:
    """State the figures of both, by which rules, and which cases would have been answered otherwise."""
    told = [(one.case.number, _told(one.before, one), _told(one.after, one)) for one in past]
    moved = [one for one in told if one[1] != one[2]]
    shown = [{"number": number, "before": before, "after": after} for number, before, after in moved[:MOST_SHOWN]]
    return {
        "cases": len(past),
        "moved": len(moved),
        "shown": shown,
        "current": _figures([(one, one.before) for one in past]),
        "proposed": _figures([(one, one.after) for one in past]),
    }


def _told(verdict: Verdict, past: Past) -> dict[str, Any]:
    """Say what an answer comes to for a case."""
    return {
        "eligible": verdict.eligible,
        "why": verdict.why,
        "rule": verdict.rule,
        "automatic": _is_automatic(verdict, past),
        "freight_payer": verdict.freight_payer,
        "restocking_permille": verdict.restocking_permille,
        "advance": verdict.advance,
    }


def _is_automatic(verdict: Verdict, past: Past) -> bool:
    return verdict.eligible and verdict.automatic_up_to_minor >= past.amount_minor


def _figures(answered: Sequence[tuple[Past, Verdict]]) -> dict[str, Any]:
    allowed = [(one, verdict) for one, verdict in answered if verdict.eligible]
    kept: Mapping[str, int] = Counter(verdict.rule for _one, verdict in answered if verdict.rule)
    return {
        "eligible": len(allowed),
        "automatic": sum(_is_automatic(verdict, one) for one, verdict in allowed),
        "evidence": sum(verdict.why == "evidence_missing" for _one, verdict in answered),
        "merchant_pays": sum(verdict.freight_payer == "merchant" for _one, verdict in allowed),
        "restocking": sum(verdict.restocking_permille > 0 for _one, verdict in allowed),
        "advance": sum(verdict.advance for _one, verdict in allowed),
        "against_people": sum(
            verdict.eligible is not one.case.was_approved
            for one, verdict in answered
            if one.case.was_approved is not None
        ),
        "by_rule": dict(sorted(kept.items(), key=lambda one: (-one[1], one[0]))),
    }
