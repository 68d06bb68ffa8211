"""Reads around the rules of screening: versions, lists, back-tests, and how people's decisions bear the rules out."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from django.db.models import Q, QuerySet
from msgspec import Struct

from steward.kernel import errors
from steward.modules.orders.models import Backtest, HoldDecision, ListEntry
from steward.modules.orders.models import RuleSet as RuleSetRow
from steward.modules.orders.queries import screening_words as words
from steward.modules.orders.queries.screening_facts import set_of
from steward.modules.orders.rules.screening_scores import Feedback, Result, feedback
from steward.modules.orders.rules.screening_sets import Rule

DECISIONS_LOOKED_AT = 5_000
MOST_VERSIONS = 50


class RuleSetView(Struct, frozen=True):
    """One version of the rules."""

    version: int
    name: str
    state: str
    hold_at: int
    rules: tuple[Rule, ...]
    set_at: datetime
    set_by: str
    activated_at: datetime | None

    @property
    def shown_name(self) -> str:
        """Name it in the reader's language."""
        return words.set_name(self.name)

    @property
    def state_label(self) -> str:
        """Say whether it is in force."""
        return str(words.SET_STATES[self.state])


class EntryView(Struct, frozen=True):
    """One value of a list, masked. `ended_at` None: it stands."""

    id: int
    purpose: str
    kind: str
    masked: str
    reason: str
    until: datetime | None
    added_at: datetime
    added_by: str
    ended_at: datetime | None

    @property
    def purpose_label(self) -> str:
        """Name the list."""
        return str(words.PURPOSES[self.purpose])

    @property
    def kind_label(self) -> str:
        """Name what it is."""
        return str(words.SIGNALS[self.kind])


class BacktestView(Struct, frozen=True):
    """A back-test with its result, once there is one."""

    id: int
    version: int
    name: str
    hold_at: int
    from_date: date
    to_date: date
    bad: list[str]
    label_file: str
    labelled: int
    state: str
    done: int
    total: int
    result: Result | None
    error: str
    requested_by: str
    requested_at: datetime

    @property
    def bad_labels(self) -> list[str]:
        """Say which orders counted as bad."""
        return [str(words.BAD[one]) for one in self.bad]


def rule_sets() -> list[RuleSetView]:
    """List the versions, newest first."""
    return [_set(row) for row in RuleSetRow.objects.order_by("-version")[:MOST_VERSIONS]]


def rule_set(version: int | None = None) -> RuleSetView:
    """Return a version, or the one in force. Raises: NotFound."""
    found = RuleSetRow.objects.filter(Q(state="active") if version is None else Q(version=version)).first()
    if found is None:
        raise errors.NotFound(key=version or "active")
    return _set(found)


def _set(row: RuleSetRow) -> RuleSetView:
    return RuleSetView(
        version=row.version,
        name=row.name,
        state=row.state,
        hold_at=row.hold_at,
        rules=set_of(row).rules,
        set_at=row.set_at,
        set_by=row.set_by,
        activated_at=row.activated_at,
    )


def rule_feedback() -> list[Feedback]:
    """Say, per rule, how people decided the latest 5,000 holds in which it had fired."""
    decided = HoldDecision.objects.filter(outcome__in=("released", "rejected")).order_by("-id")
    rows = decided.values_list("hold__screening__reasons", "outcome")[:DECISIONS_LOOKED_AT]
    return feedback(([reason["rule"] for reason in reasons], outcome) for reasons, outcome in rows)


def entries_page(
    *, purpose: str = "", with_ended: bool = False, before_id: int | None = None, limit: int = 100
) -> list[EntryView]:
    """List the values of a list, newest first."""
    found: QuerySet[ListEntry] = ListEntry.objects.order_by("-id")
    if purpose:
        found = found.filter(purpose=purpose)
    if not with_ended:
        found = found.filter(ended_at=None)
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    fields = ("id", "purpose", "kind", "masked", "reason", "until", "added_at", "added_by", "ended_at")
    return [EntryView(*row) for row in found.values_list(*fields)[:limit]]


def backtests(*, limit: int = 50) -> list[BacktestView]:
    """List back-tests, newest first."""
    return [_test(row) for row in Backtest.objects.select_related("rule_set").order_by("-id")[:limit]]


def backtest(backtest_id: int) -> BacktestView:
    """Return one back-test. Raises: NotFound."""
    row = Backtest.objects.select_related("rule_set").filter(id=backtest_id).first()
    if row is None:
        raise errors.NotFound(key=backtest_id)
    return _test(row)


def _test(row: Backtest) -> BacktestView:
    return BacktestView(
        id=row.id,
        version=row.rule_set.version,
        name=row.rule_set.name,
        hold_at=row.rule_set.hold_at,
        from_date=row.from_date,
        to_date=row.to_date,
        bad=row.bad,
        label_file=row.label_file,
        labelled=len(row.labelled),
        state=row.state,
        done=row.done,
        total=row.total,
        result=msgspec.convert(row.result, Result) if row.result else None,
        error=row.error,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
    )
