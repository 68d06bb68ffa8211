"""A provider that does not work is left alone until it does, and then its refunds go out in the order of asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.payments import commands, queries, tasks
from steward.modules.payments.commands import reaching
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.tests import till
from steward.modules.payments.tests.till import NOW, TESTER, work
from tests.peers.stripe import Stripe
from tests.peers.wechatpay import Wechatpay

pytestmark = pytest.mark.django_db
HOUR_S = 3_600


@pytest.fixture
def peer() -> Iterator[Wechatpay]:
    with Wechatpay() as peer:
        till.reach(peer, "wechatpay")
        yield peer


def asked(peer: Wechatpay | Stripe, count: int, *, first: int = 1) -> list[str]:
    """Ask for money of several orders back, one after the other; return the refunds' numbers in that order."""
    numbers = []
    for place in range(first, first + count):
        order = OrderFacts(order_id=place, number=f"SO-{place}", total_minor=50_000, currency="CNY", shop="own")
        till.pay(50_000, f"T-{place}", order_id=place)
        peer.charge(f"T-{place}", 50_000)
        numbers += till.ask(20_000, order=order).numbers
    return numbers


def down_since() -> bool:
    return queries.get_provider("alipay").down_since is not None


def states() -> list[str]:
    return list(Refund.objects.order_by("id").values_list("state", flat=True))


def test_an_hour_without_the_provider_ends_in_the_order_of_asking(peer: Wechatpay) -> None:
    numbers = asked(peer, 4)
    peer.down = True
    for second in range(0, HOUR_S, 60):
        work(after_s=second)
        if second == 600:
            numbers += asked(peer, 3, first=5)
    calls = len(peer.calls)
    peer.down = False
    for second in range(HOUR_S, HOUR_S + 600, 60):
        work(after_s=second)

    assert calls < 25  # not one of a hundred: three refunds, and then probes
    assert [key for key, _amount in peer.moved] == numbers
    assert set(states()) == {"succeeded"}
    assert not down_since()


def test_while_it_is_down_refunds_that_were_never_sent_stay_so(peer: Wechatpay) -> None:
    asked(peer, 3)
    peer.down = True
    work()
    asked(peer, 1, first=4)

    work(after_s=60)

    assert (down_since(), states()[-1]) == (True, "waiting")
    assert Event.objects.filter(kind="payments.provider_paused").count() == 1


def test_it_comes_back_once_and_what_had_waited_longest_goes_first(peer: Wechatpay) -> None:
    numbers = asked(peer, 1)
    peer.habits.extend(["error"] * 4)
    for second in (0, 60, 200, 600):  # each try in vain makes the next pause longer
        work(after_s=second)
    numbers += asked(peer, 3, first=2)
    peer.down = True
    work(after_s=601)
    peer.down = False

    work(after_s=620)

    back = Event.objects.get(kind="payments.provider_resumed").data
    assert (back["released"], [key for key, _amount in peer.moved]) == (1, numbers)


def test_one_call_that_breaks_says_nothing_about_the_provider(peer: Wechatpay) -> None:
    asked(peer, 2)
    peer.habits.extend(["error", ""])

    work()

    assert (down_since(), states()) == (False, ["unknown", "succeeded"])


def test_one_refund_that_always_breaks_keeps_no_other_waiting_for_long(peer: Wechatpay) -> None:
    asked(peer, 1)
    peer.habits.extend(["error"] * 50)
    for second in range(0, 1_200, 60):
        work(after_s=second)
    peer.habits.clear()
    numbers = asked(peer, 1, first=2)

    for second in range(1_200, 1_800, 60):
        work(after_s=second)

    assert numbers[0] in {key for key, _amount in peer.moved}


def test_a_refund_of_a_drill_waits_for_nobody(peer: Wechatpay) -> None:
    asked(peer, 3)
    peer.down = True
    work()
    order = OrderFacts(order_id=9, number="SO-9", total_minor=50_000, currency="CNY", simulated=True)
    till.pay(50_000, "T-9", order_id=9, simulated=True)
    till.ask(20_000, order=order)

    work(after_s=1)

    assert states()[-1] == "succeeded"


def test_only_one_worker_tries_a_provider_that_was_down(peer: Wechatpay) -> None:
    asked(peer, 3)
    peer.down = True
    work()
    later = NOW + timedelta(seconds=20)

    assert reaching.claim_probes(TESTER, now=later) == ["alipay"]
    assert reaching.claim_probes(TESTER, now=later) == []


def test_what_was_asked_after_in_vain_is_sent_before_what_was_asked_for_later(peer: Wechatpay) -> None:
    numbers = asked(peer, 1)
    peer.habits.append("lost")
    work()
    numbers += asked(peer, 1, first=2)

    with moment.frozen(NOW + timedelta(seconds=60)):
        tasks.work_batch()

    assert [key for key, _amount in peer.moved] == numbers


def test_connecting_anew_lets_everything_out_again(peer: Wechatpay) -> None:
    asked(peer, 3)
    peer.down = True
    work()
    peer.down = False

    commands.connect_provider(TESTER, code="alipay", connector="wechatpay", address=peer.address, fields=peer.fields)

    assert not down_since()
