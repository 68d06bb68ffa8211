"""Points, credit and cards: given once, taken from what lapses first, never below nothing, always proven."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.kernel import moment
from steward.kernel.models import Event
from steward.modules.payments import tasks
from steward.modules.payments.commands import handovers, lapsing, wallets
from steward.modules.payments.models import Handover, WalletAccount, WalletEntry, WalletLot
from steward.modules.payments.queries.wallets import wallet_faults, wallet_history, wallet_of
from steward.modules.payments.tests import purse
from tests import make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_reference_gives_once_however_often_it_is_sent() -> None:
    purse.kept_here()
    mei = purse.mei()

    outcomes = [purse.post(300, "g-1", customer_id=mei).outcome for _time in range(2)]

    assert (outcomes, purse.balance(mei), wallet_faults()) == (["posted", "again"], 300, [])


def test_what_lapses_first_is_used_first_and_never_more_than_there_is() -> None:
    purse.kept_here()
    mei = purse.mei()
    purse.post(100, "late", customer_id=mei, expires_at=make.NOW + 90 * DAY)
    purse.post(100, "soon", customer_id=mei, expires_at=make.NOW + 9 * DAY)

    assert purse.post(-150, "t-1", customer_id=mei).amount == -150
    short = purse.post(-51, "t-2", customer_id=mei)
    rest = purse.post(-51, "t-3", customer_id=mei, whole=False)

    assert (short.outcome, rest.amount, purse.balance(mei)) == ("short", -50, 0)
    assert list(WalletLot.objects.order_by("expires_at").values_list("left", flat=True)) == [0, 0]
    assert wallet_faults() == []


def test_a_batch_of_any_size_takes_the_same_number_of_statements() -> None:
    purse.kept_here()
    mei = purse.mei()

    def statements(count: int, prefix: str) -> int:
        postings = [
            wallets.Posting(reference=f"{prefix}{n}", kind="points", amount=5, customer_id=mei, shop="own")
            for n in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            wallets.post_wallets(make.TESTER, postings=postings, now=make.NOW)
        return len(seen)

    assert statements(2, "a") == statements(60, "b")
    assert purse.balance(mei) == 5 * 62


def test_points_lapse_on_their_day_once_and_no_longer_count_before_the_books_say_so() -> None:
    purse.kept_here()
    mei = purse.mei()
    purse.post(80, "g-1", customer_id=mei)
    purse.post(500, "credit", customer_id=mei, kind="credit", currency="CNY")
    later = make.NOW + 101 * DAY
    assert [one.kind for one in wallet_of([mei], now=later).balances] == ["credit"]
    assert purse.post(-1, "t-1", customer_id=mei, now=later).outcome == "short"

    with moment.frozen(later):
        lapsed = [tasks.lapse_wallets(0) for _time in range(2)]

    assert (lapsed, purse.balance(mei), purse.balance(mei, "credit")) == ([1, 0], 0, 500)
    assert [one.cause for one in wallet_history([mei])] == ["lapse", "grant", "grant"]
    assert wallet_faults() == []


def test_the_database_refuses_a_balance_below_nothing_and_rewriting_the_ledger() -> None:
    purse.kept_here()
    purse.post(80, "g-1", customer_id=purse.mei())

    with pytest.raises(IntegrityError), transaction.atomic():
        WalletAccount.objects.update(balance=-1)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        WalletEntry.objects.update(amount=9)


def test_the_reconciler_finds_a_balance_that_is_not_its_ledger() -> None:
    purse.kept_here()
    purse.post(80, "g-1", customer_id=purse.mei())
    WalletAccount.objects.update(balance=81)

    assert lapsing.prove_wallets(make.TESTER) == 1

    assert Event.objects.get(kind="payments.wallet_differed").data["entries"] == 80


def test_what_a_shop_keeps_in_its_own_books_is_to_be_handed_over_and_settled_once() -> None:
    mei = purse.mei()

    first, again = (purse.post(300, "g-1", customer_id=mei, external_number="W-1") for _time in range(2))

    assert (first.outcome, again.outcome, purse.balance(mei)) == ("to_hand_over", "again", 0)
    row = Handover.objects.get()
    assert (row.state, row.amount, row.external_number) == ("due", 300, "W-1")
    done = [handovers.Settlement(handover_id=row.id, outside_reference="P-9")]
    moved = [handovers.settle_handovers(make.TESTER, settlements=done, now=make.NOW) for _time in range(2)]
    row.refresh_from_db()
    assert (moved, row.state, row.outside_reference) == ([1, 0], "handed_over", "P-9")


def test_a_gift_card_is_known_by_its_code_and_needs_no_customer() -> None:
    purse.kept_here()

    got = purse.post(5_000, "back-1", customer_id=None, kind="card", code="GC-77", currency="CNY")
    nobody = purse.post(5, "p-1", customer_id=None)

    assert (got.outcome, nobody.outcome) == ("posted", "nobody")
    assert WalletAccount.objects.get().balance == 5_000


def test_a_posting_that_makes_no_sense_is_refused_and_nothing_of_its_batch_stands() -> None:
    purse.kept_here()
    mei = purse.mei()
    bad = [
        wallets.Posting(reference="a", kind="points", amount=5, customer_id=mei, shop="own"),
        wallets.Posting(reference="b", kind="points", amount=5, customer_id=mei, shop="own", currency="CNY"),
    ]

    with pytest.raises(wallets.BadPosting):
        wallets.post_wallets(make.TESTER, postings=bad, now=make.NOW)

    assert not WalletEntry.objects.exists()
