"""A parcel came late: an agent proposes a coupon, a manager agrees, and the customer finds it on their pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from steward.interfaces.portal import throttle
from steward.kernel import moment
from steward.modules.payments.models import Coupon
from steward.modules.payments.tests import purse
from steward.modules.returns.models import Budget, Compensation
from steward.modules.returns.tests import goodwill
from tests import make
from tests.portal.signed import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    throttle.tries.clear()
    with moment.frozen(make.NOW):
        yield


def test_a_late_parcel_is_made_good_by_two_people_and_the_customer_has_the_coupon() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.budget(20_000)
    agent, manager = make.browser("wang"), make.browser("zhao")

    form = {"order": order.number, "reason": "price_protection", "kind": "coupon", "amount": "60.00", "key": "k"}
    agent.post("/compensation/new", form)
    row = Compensation.objects.get()
    assert (row.state, Budget.objects.get().reserved_minor, Coupon.objects.count()) == ("proposed", 6_000, 0)
    assert "/my/wallet" in browser_of().get("/my/me").content.decode()

    manager.post(f"/approvals/{row.approval_request_id}/decide", {"verdict": "grant", "reason": "属实"})
    make.settle()

    row.refresh_from_db()
    assert (row.state, Budget.objects.get().spent_minor) == ("given", 6_000)
    assert Coupon.objects.get().code in browser_of().get("/my/wallet").content.decode()
