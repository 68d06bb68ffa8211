"""Eight connections spend the same points and use the same coupon at once: nobody gets what is not there."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from steward.modules.payments.commands import coupons
from steward.modules.payments.models import WalletEntry
from steward.modules.payments.queries.wallets import wallet_faults
from steward.modules.payments.rules.wallets import CouponUse
from steward.modules.payments.tests import purse
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EIGHT = 8


def test_points_are_spent_once_and_a_coupon_is_used_once() -> None:
    purse.kept_here()
    mei = purse.mei()
    purse.post(100, "gift", customer_id=mei)
    code = purse.coupon(mei).code

    def use(place: int) -> str:
        wish = coupons.Redemption(
            code=code,
            reference=f"o-{place}",
            use=CouponUse(shop="own", currency="CNY", goods_minor={"tents": 5_000}),
        )
        return coupons.redeem_coupons(make.TESTER, redemptions=[wish], now=make.NOW)[0].unfit or "saved"

    spent = at_once(*[partial(purse.post, -60, f"t-{n}", customer_id=mei) for n in range(EIGHT)])
    used = at_once(*[partial(use, n) for n in range(EIGHT)])

    assert Counter(one.outcome for one in spent) == {"posted": 1, "short": EIGHT - 1}
    assert Counter(used) == {"saved": 1, "used": EIGHT - 1}
    assert (purse.balance(mei), WalletEntry.objects.count(), wallet_faults()) == (40, 2, [])
