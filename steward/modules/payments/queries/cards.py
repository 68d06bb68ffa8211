"""Read what gift cards hold."""

from __future__ import annotations

from datetime import datetime

from steward.modules.payments.models import WalletLot
from steward.modules.payments.rules import wallets as rules


def card_balance(code: str, currency: str, *, now: datetime) -> int:
    """Tell how much a gift card can pay now; 0 where nobody knows it. Units: minor units of the currency."""
    lots = WalletLot.objects.filter(account__kind="card", account__code=code.strip(), left__gt=0)
    rows = lots.filter(account__currency=currency).values_list("id", "left", "expires_at")
    return sum(lot.left for lot in (rules.Lot(*row) for row in rows) if rules.is_usable(lot, now))
