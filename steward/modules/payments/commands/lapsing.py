"""Let points and coupons lapse whose time is over, and say where a shop's are kept."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.errors import NotFound
from steward.kernel.rows import write_rows
from steward.modules.catalog import queries as catalog
from steward.modules.payments.events import CouponMoved, WalletDiffered, WalletMoved
from steward.modules.payments.models import Coupon, WalletAccount, WalletEntry, WalletLot, WalletTerms
from steward.modules.payments.queries.wallets import wallet_faults
from steward.modules.payments.rules import wallets as rules

LAPSE_LIMIT = 500


class BadWalletTerms(errors.Refusal):
    """Refuse terms that make no sense."""

    code = "bad_wallet_terms"
    status = 422
    message = _("Points and coupons are kept here or outside, and last at least one day.")


@command(needs="payments.work")
def lapse_points(actor: Actor, *, now: datetime, limit: int = LAPSE_LIMIT) -> int:
    """Take what is left of gifts whose time is over. Returns how many lapsed; safe when run twice at once.

    Emits: WalletMoved. Locks: the accounts, in id order, then their lots.
    """
    due = WalletLot.objects.filter(left__gt=0, expires_at__lte=now).order_by("expires_at", "id")[:limit]
    found = list(due.values_list("id", "account_id"))
    accounts = {
        row.id: row
        for row in WalletAccount.objects.select_for_update(no_key=True)
        .filter(id__in={account_id for _id, account_id in found})
        .order_by("id")
    }
    ids = [id_ for id_, _account in found]
    lots = list(WalletLot.objects.filter(id__in=ids, left__gt=0).select_related("entry").order_by("id"))
    entries = []
    for lot in lots:
        account = accounts[lot.account_id]
        account.balance -= lot.left
        entries.append(
            WalletEntry(
                account=account,
                reference=f"lapse:{lot.id}",
                amount=-lot.left,
                cause="lapse",
                shop=lot.entry.shop,
                number=lot.entry.number,
                at=now,
                actor=actor.id,
                simulated=lot.entry.simulated,
            )
        )
        lot.left = 0
    WalletEntry.objects.bulk_create(entries)
    write_rows(lots, ["left"])
    write_rows(accounts.values(), ["balance"])
    events.record(actor, [_lapsed(entry) for entry in entries])
    return len(entries)


def _lapsed(entry: WalletEntry) -> WalletMoved:
    return WalletMoved(
        account_id=entry.account_id,
        customer_id=entry.account.customer_id,
        kind=entry.account.kind,
        amount=entry.amount,
        currency=entry.account.currency,
        cause="lapse",
        number=entry.number,
        reference=entry.reference,
        simulated=entry.simulated,
    )


@command(needs="payments.work")
def lapse_coupons(actor: Actor, *, now: datetime, limit: int = LAPSE_LIMIT) -> int:
    """Let coupons lapse whose last day is over. Returns how many; safe when run twice at once. Emits: CouponMoved."""
    due = Coupon.objects.select_for_update(skip_locked=True).filter(state="issued", valid_until__lte=now)
    rows = list(due.order_by("valid_until", "id")[:limit])
    Coupon.objects.filter(id__in=[row.id for row in rows]).update(state="lapsed", ended_at=now)
    moved = [
        CouponMoved(
            coupon_id=row.id,
            customer_id=row.customer_id,
            after="lapsed",
            reference=row.reference,
            simulated=row.simulated,
        )
        for row in rows
    ]
    events.record(actor, moved)
    return len(rows)


@command(needs="payments.work")
def prove_wallets(actor: Actor) -> int:
    """Compare every balance with the sum of its entries and of what is left of its gifts. Returns how many differ.

    Emits: WalletDiffered.
    """
    found = wallet_faults()
    differed = [
        WalletDiffered(account_id=one.account_id, balance=one.balance, entries=one.entries, lots=one.lots)
        for one in found
    ]
    events.record(actor, differed)
    return len(found)


@command(needs="payments.wallet_terms")
def set_wallet_terms(
    actor: Actor, *, shop: str, kept: str, points_days: int, coupon_days: int, minor_per_100_points: int, now: datetime
) -> None:
    """Say where a shop's points and coupons are kept and how long they last; what was given stays as it is.

    Units: days; minor units of the shop's currency. Raises: NotFound, BadWalletTerms.
    """
    found = catalog.shop_by_code(shop)
    if found is None or not actor.covers(shop):
        raise NotFound(key=shop)
    if kept not in rules.KEPT or min(points_days, coupon_days) < 1 or minor_per_100_points < 0:
        raise BadWalletTerms
    WalletTerms.objects.update_or_create(
        shop_id=found.id,
        defaults={
            "kept": kept,
            "points_days": points_days,
            "coupon_days": coupon_days,
            "minor_per_100_points": minor_per_100_points,
            "set_at": now,
            "set_by": actor.id,
        },
    )
