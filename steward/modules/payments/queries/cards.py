"""Read what gift cards hold."""

from __future__ import annotations

from datetime import datetime

from steward.modules.payments.models import WalletAccount, WalletLot
from steward.modules.payments.rules import wallets as rules


def is_our_card(code: str, currency: str) -> bool:
    """Tell whether a gift card is kept in our books; one that is a shop's own is paid back by hand."""
    return WalletAccount.objects.filter(kind="card", code=code, currency=currency).exclude(code="").exists()


def card_balance(code: str, currency: str, *, now: datetime) -> int:
    """Tell how much a gift card can pay now; 0 where nobody knows it. Units: minor units of the currency."""
    lots = WalletLot.objects.filter(account__kind="card", account__code=code.strip(), left__gt=0)
    rows = lots.filter(account__currency=currency).values_list("id", "left", "expires_at")
    return sum(lot.left for lot in (rules.Lot(*row) for row in rows) if rules.is_usable(lot, now))
