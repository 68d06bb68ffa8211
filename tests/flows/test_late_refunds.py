"""A provider does not work for more than an hour: the buyer hears once that it takes longer, once that it is paid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.messaging.models import Message
from steward.modules.orders.commands import cancel
from steward.modules.payments import tasks
from steward.modules.payments.models import Refund
from steward.modules.payments.tests import till
from tests import make
from tests.peers.wechatpay import Wechatpay

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return list(Message.objects.filter(template__startswith="refund").order_by("id").values_list("template", flat=True))


def test_a_buyer_is_told_once_of_a_late_refund_and_once_that_it_was_paid() -> None:
    with Wechatpay() as peer:
        till.reach(peer, "wechatpay")
        peer.charge("T-1", 19_900)
        make.item(stock=9)
        order_id = make.order(payments=[make.payment()]).order_id
        make.settle()
        peer.down = True
        cancel.cancel_order(make.checker_chen(), order_id=order_id, cause="customer", reason="不想要了", now=make.NOW)
        done = make.settle()
        begun = Refund.objects.get().request.requested_at
        for minutes in (0, 30, 61, 62):
            with moment.frozen(max(begun, moment.now()) + timedelta(minutes=minutes)):
                tasks.work_refunds(timestamp=0)
                done = make.settle(after=done)
        assert told() == ["refund_late"]

        peer.down = False
        with moment.frozen(max(begun, moment.now()) + timedelta(minutes=70)):
            tasks.work_refunds(timestamp=0)
            make.settle(after=done)

    assert told() == ["refund_late", "refund_paid"]
    assert len(peer.moved) == 1
