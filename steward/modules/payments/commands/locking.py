"""One order's money is counted and changed by one at a time: a lock per order, taken in key order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, Sum

from steward.kernel import arrays, sql
from steward.modules.payments.models import Entry, OrderBalance, PaymentBalance

PACKAGE = "steward.modules.payments"
SPACE = 0x5350_0000_0000_0000  # advisory locks are numbers all share; ours begin here
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%(space)s::bigint + %(order_id)s)"


def lock_money(order_ids: Iterable[int]) -> None:
    """Wait until nobody else counts or changes the money of these orders; until the transaction ends nobody will.

    Locks: the orders' money, in id order; after the orders' rows, before any row of payments.
    """
    wanted = sorted(set(order_ids))
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "lock_money"), {"space": SPACE, "order_ids": arrays.integers(wanted)})


def try_lock_money(order_id: int) -> bool:
    """Take the lock of one order's money unless somebody has it: for who holds rows already and must not wait."""
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, {"space": SPACE, "order_id": order_id})
        return bool(cursor.fetchone()[0])


def refresh_balances(order_ids: Sequence[int]) -> None:
    """Bring what is known of paid and outside money in line with the ledger. The money lock is held."""
    wanted = {"order_ids": arrays.integers(sorted(set(order_ids)))}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "open_balances"), wanted)
        cursor.execute(sql.load(PACKAGE, "refresh_balances"), wanted)


def open_payment_balance(payment_id: int) -> None:
    """Open the row that guards what of one payment may go back: less what has moved to other orders. Lock as above."""
    if PaymentBalance.objects.filter(payment_id=payment_id).exists():
        return
    moved = Entry.objects.filter(origin_id=payment_id, direction="refund").aggregate(sum=Sum("amount_minor"))["sum"]
    paid_minor = Entry.objects.values_list("amount_minor", flat=True).get(id=payment_id)
    PaymentBalance.objects.create(payment_id=payment_id, paid_minor=paid_minor - (moved or 0))


def move_claim(*, order_id: int, payment_id: int, currency: str, claimed_minor: int, refunded_minor: int = 0) -> None:
    """Change what is promised back and given back, of the payment and of the order. The money lock is held.

    Units: minor currency units, signed. Raises: IntegrityError where it would exceed what was paid.
    """
    changes = {"claimed_minor": F("claimed_minor") + claimed_minor}
    if refunded_minor:
        changes["refunded_minor"] = F("refunded_minor") + refunded_minor
    PaymentBalance.objects.filter(payment_id=payment_id).update(**changes)
    OrderBalance.objects.filter(order_id=order_id, currency=currency).update(**changes)
