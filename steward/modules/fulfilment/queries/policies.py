"""Read the policy of allocation: what is in force, what was, and how proposals did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import errors
from steward.modules.fulfilment.models import Backtest, Policy
from steward.modules.fulfilment.rules.policy import SHIPPED, Weights


class InForce(Struct, frozen=True):
    """The policy in force."""

    version: int
    weights: Weights


class PolicyView(Struct, frozen=True):
    """One version of the policy."""

    version: int
    weights: Weights
    reason: str
    set_at: datetime
    set_by: str


class BacktestView(Struct, frozen=True):
    """A proposal and what became of it."""

    id: int
    policy_version: int
    weights: Weights
    from_date: date
    to_date: date
    most_orders: int
    state: str
    result: Mapping[str, Any]
    error: str
    requested_at: datetime
    requested_by: str


def weights_of(stored: Mapping[str, Any]) -> Weights:
    """Read stored weights; names of former versions are left out, new ones have their first value."""
    known = set(Weights.__struct_fields__)
    return msgspec.convert({name: value for name, value in stored.items() if name in known}, Weights)


def policy_in_force() -> InForce:
    """Return the highest version; what is shipped where there is none."""
    row = Policy.objects.order_by("-version").first()
    return InForce(0, SHIPPED) if row is None else InForce(row.version, weights_of(row.weights))


def policy_of_version(version: int) -> Weights:
    """Return the weights of a version. Raises: NotFound."""
    row = Policy.objects.filter(version=version).first()
    if row is None:
        raise errors.NotFound(key=version)
    return weights_of(row.weights)


def policies(limit: int = 20) -> list[PolicyView]:
    """List versions, the newest first."""
    rows = Policy.objects.order_by("-version")[:limit]
    return [PolicyView(row.version, weights_of(row.weights), row.reason, row.set_at, row.set_by) for row in rows]


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
        weights_of(row.weights),
        row.from_date,
        row.to_date,
        row.most_orders,
        row.state,
        row.result,
        row.error,
        row.requested_at,
        row.requested_by,
    )
