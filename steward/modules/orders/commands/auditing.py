"""Ask, without changing anything, why orders wait for a person, whose credit it is, and which are late already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.orders.commands.late_audits import late_since
from steward.modules.orders.commands.moving import PACKAGE, Standing
from steward.modules.orders.commands.progress import audit_reasons
from steward.modules.orders.models import Verification
from steward.modules.orders.queries.credit import accounts_of, credits_of
from steward.modules.orders.rules.credit import Account, Credit


class Waiting(Struct, frozen=True):
    """Why one order waits: reasons, the buyer's credit, since when its audit is overdue, the terms to pay later."""

    reasons: list[str]
    credit: Credit | None
    late_since: datetime | None
    account: Account | None = None


def waiting_of(order_ids: Sequence[int], now: datetime) -> dict[int, Waiting]:
    """Tell of each order why it does not pass its audit by itself; orders elsewhere have no reasons to name.

    Reads only. A constant number of statements.
    """
    wanted = sorted(set(order_ids))
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "read_standings"), {"ids": arrays.integers(wanted)})
        orders = [Standing(*row) for row in cursor.fetchall()]
        due = [one for one in orders if one.state == "audit"]
        _mark_second_looks(due)
        reasons, credits, late = audit_reasons(due, now), credits_of(wanted), late_since([one.id for one in due], now)
    accounts = accounts_of([one.id for one in orders if one.on_account], now)
    return {
        one.id: Waiting(reasons.get(one.id, []), credits.get(one.id), late.get(one.id), accounts.get(one.id))
        for one in orders
    }


def _mark_second_looks(due: Sequence[Standing]) -> None:
    """Mark which orders wait for their second look, and which have had it."""
    rounds = Verification.objects.filter(order_id__in=[one.id for one in due]).order_by("order_id", "round")
    last = dict(rounds.values_list("order_id", "state"))
    for one in due:
        one.awaits_verification, one.is_verified = last.get(one.id) == "open", last.get(one.id) == "granted"
