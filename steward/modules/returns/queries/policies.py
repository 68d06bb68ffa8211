"""Read return policies and reasons: what is in force, what was, and how proposals did on past cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.returns.models import Backtest, Policy, Reason
from steward.modules.returns.rules.policy import Book, Rule, with_branches
from steward.modules.returns.rules.reasons import Question, below

MOST_VERSIONS = 50


class PolicyView(Struct, frozen=True):
    """One version of the rules; `active`: the one that decides."""

    version: int
    rules: tuple[Rule, ...]
    note: str
    active: bool
    set_at: datetime
    set_by: str


class ReasonView(Struct, frozen=True):
    """One reason with all its words. `parent` "": a root."""

    code: str
    parent: str
    labels: Mapping[str, str]
    fault: str
    questions: tuple[Question, ...]
    position: int
    active: bool

    def label(self, language: str) -> str:
        """Name it in a language, else in Simplified Chinese, else by its code."""
        return self.labels.get(language) or self.labels.get("zh-hans") or self.code


class Branch(Struct, frozen=True):
    """A reason in one language, with those below it."""

    code: str
    label: str
    fault: str
    questions: tuple[Question, ...]
    branches: tuple[Branch, ...] = ()


class BacktestView(Struct, frozen=True):
    """A proposal and what became of it."""

    id: int
    policy_version: int
    rules: tuple[Rule, ...]
    from_date: date
    to_date: date
    most_cases: int
    state: str
    result: Mapping[str, Any]
    error: str
    requested_at: datetime
    requested_by: str


def rules_of(stored: Any) -> tuple[Rule, ...]:
    """Read stored rules."""
    return msgspec.convert(stored, tuple[Rule, ...])


def active_policy() -> PolicyView:
    """Return the version that decides. Raises: NotFound, which a migrated database never does."""
    return _policy(Policy.objects.filter(active=True).first(), "active")


def policy_of_version(version: int) -> PolicyView:
    """Return a version. Raises: NotFound."""
    return _policy(Policy.objects.filter(version=version).first(), version)


def _policy(row: Policy | None, key: Any) -> PolicyView:
    if row is None:
        raise errors.NotFound(key=key)
    return PolicyView(row.version, rules_of(row.rules), row.note, row.active, row.set_at, row.set_by)


def policies(limit: int = MOST_VERSIONS) -> list[PolicyView]:
    """List versions, the newest first."""
    return [_policy(row, row.version) for row in Policy.objects.order_by("-version")[:limit]]


def all_reasons() -> list[ReasonView]:
    """List every reason, those out of use too, by position."""
    rows = Reason.objects.order_by("position", "id").values_list(
        "code", "parent__code", "labels", "fault", "questions", "position", "active"
    )
    return [
        ReasonView(code, parent or "", labels, fault, msgspec.convert(asked, tuple[Question, ...]), position, active)
        for code, parent, labels, fault, asked, position, active in rows
    ]


def reasons(language: str) -> tuple[Branch, ...]:
    """Return the tree of reasons in use, named in a language; a branch of what is out of use is not in it."""
    known = [one for one in all_reasons() if one.active]

    def grown(parent: str) -> tuple[Branch, ...]:
        return tuple(
            Branch(one.code, one.label(language), one.fault, one.questions, grown(one.code))
            for one in known
            if one.parent == parent
        )

    return grown("")


def book_of(rules: Sequence[Rule], version: int, known: Collection[ReasonView]) -> Book:
    """Make rules ready to answer; a reason means those below it too."""
    return Book(with_branches(rules, below({one.code: one.parent for one in known})), version)


def names_known(skus: Collection[str] = ()) -> dict[str, Collection[str]]:
    """List what rules may speak of: reasons, shops, their platforms, categories, and which of these SKUs there are."""
    shops = catalog.shops()
    return {
        "reasons": {one.code for one in all_reasons()},
        "shops": {one.code for one in shops},
        "platforms": {one.platform for one in shops},
        "categories": set(catalog.categories()),
        "skus": set(catalog.items_by_sku(skus)) if skus else set(),
    }


def backtests(limit: int = 10) -> list[BacktestView]:
    """List proposals that were tried, the newest first."""
    return [_backtest(row) for row in Backtest.objects.order_by("-id")[:limit]]


def get_backtest(backtest_id: int) -> BacktestView:
    """Return one proposal. Raises: NotFound."""
    row = Backtest.objects.filter(id=backtest_id).first()
    if row is None:
        raise errors.NotFound(key=backtest_id)
    return _backtest(row)


def _backtest(row: Backtest) -> BacktestView:
    return BacktestView(
        row.id,
        row.policy_version,
        rules_of(row.rules),
        row.from_date,
        row.to_date,
        row.most_cases,
        row.state,
        row.result,
        row.error,
        row.requested_at,
        row.requested_by,
    )
