"""My points and coupons: what is mine with its codes and history, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from steward.interfaces.portal import throttle
from steward.kernel import moment
from steward.modules.customers.models import Customer
from steward.modules.payments.tests import purse
from tests import make
from tests.portal.signed import SOMEBODY, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_rest() -> Iterator[None]:
    throttle.tries.clear()
    with moment.frozen(make.NOW):
        yield


def test_i_see_my_points_my_coupons_with_their_codes_and_how_they_came() -> None:
    purse.kept_here()
    mei = purse.mei()
    purse.post(300, "g-1", customer_id=mei, number="RMA-2026-000001", cause="refund")
    code = purse.coupon(mei, threshold_minor=10_000).code

    page = browser_of(locale="en").get("/my/wallet").content.decode()

    assert "300 points" in page
    assert code in page
    assert "RMA-2026-000001" in page


def test_somebody_else_sees_nothing_of_it_and_nobody_without_signing_in() -> None:
    purse.kept_here()
    mei = purse.mei()
    purse.post(300, "g-1", customer_id=mei)
    code = purse.coupon(mei).code
    make.order("S-1", **make.somebody(7))
    assert Customer.objects.count() == 2

    page = browser_of(SOMEBODY, locale="en").get("/my/wallet").content.decode()

    assert "You have no points and no coupons now." in page
    assert code not in page
    assert Client().get("/my/wallet").status_code == 302
    assert code not in str(browser_of(SOMEBODY).get("/my/me/export").content)
