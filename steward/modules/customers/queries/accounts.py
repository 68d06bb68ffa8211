"""Read on which terms buyers pay later: what is in force, and what was before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from steward.modules.customers.models import Account
from steward.modules.customers.queries.merged import family


class AccountView(Struct, frozen=True):
    """Terms of one buyer in one currency; without `ended_at` they are in force. Units: minor currency units, days."""

    id: int
    customer_id: int
    currency: str
    limit_minor: int
    days: int
    reason: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str


def accounts_in_force(customer_ids: Iterable[int]) -> dict[tuple[int, str], AccountView]:
    """Read the terms in force of buyers, by buyer and currency; one query for all."""
    wanted = sorted(set(customer_ids))
    rows = Account.objects.filter(customer_id__in=wanted, ended_at=None) if wanted else ()
    return {(row.customer_id, row.currency): _view(row) for row in rows}


def account_history(customer_id: int) -> list[AccountView]:
    """List all terms a buyer has or had, as whoever they were found to be, newest first."""
    rows = Account.objects.filter(customer_id__in=family([customer_id]))
    return [_view(row) for row in rows.order_by("-set_at", "-id")]


def _view(row: Account) -> AccountView:
    return AccountView(*(getattr(row, name) for name in AccountView.__struct_fields__))
