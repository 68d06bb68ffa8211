"""The sample merchant, loaded small: every state of an order is there, and the ledgers prove the balances."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from django.contrib.auth import get_user_model
from django.test import TestCase

from steward.interfaces.cli import demo, main
from steward.kernel import memory
from steward.kernel.models import Event
from steward.modules.deadlines.models import Clock
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Conflict, ImportRun, Offer, Order, OrderFinding, Verification
from steward.modules.payments.models import Callback, Difference, Refund
from steward.modules.payments.queries.wallets import wallet_faults
from steward.modules.returns.models import Compensation, Exchange
from steward.modules.returns.queries.compensations import budget_faults
from steward.sample import crew, loading
from tests.make import NOW

PAST, LIVE = 60, 120
OPEN_KINDS = {
    "district_missing",
    "district_renamed",
    "district_not_in_city",
    "phone_invalid",
    "phone_masked",
    "recipient_name_missing",
    "quantity_unusual",
    "price_differs",
    "total_mismatch",
    "short_of_stock",
    "probable_duplicate",
    "payment_used_elsewhere",
}


def silence(text: str) -> None:
    """Say nothing."""
    assert text


class TestTheLoadedSample(TestCase):
    """What stands in the database once the sample is loaded (once for all of these tests)."""

    loaded: ClassVar[loading.Loaded | None]

    @classmethod
    def setUpTestData(cls) -> None:
        """Load it."""
        memory.forget_everything()
        cls.loaded = loading.load(now=NOW, say=silence, seed=7, past_count=PAST, live_count=LIVE)

    def test_everything_planned_came_in(self) -> None:
        assert self.loaded is not None
        assert self.loaded.past_orders == Order.objects.filter(historic=True, source="sample").count() == PAST
        assert self.loaded.live_orders >= LIVE

    def test_compensation_was_given_within_budgets_that_add_up(self) -> None:
        states = set(Compensation.objects.values_list("state", flat=True))
        assert {"given", "proposed"} <= states
        assert budget_faults() == []
        assert wallet_faults() == []

    def test_live_orders_stand_in_every_state_a_live_order_can_have(self) -> None:
        live = Order.objects.filter(historic=False)

        assert {"received", "checked", "audit", "approved", "cancelled"} == set(live.values_list("state", flat=True))
        assert {"unpaid", "partly_paid", "paid", "overpaid", "refunded"} <= set(
            live.values_list("payment_state", flat=True)
        )
        assert {"allocated", "short", "released", "none"} <= set(live.values_list("fulfilment_state", flat=True))

    def test_past_orders_are_done_and_run_no_clocks(self) -> None:
        past = Order.objects.filter(historic=True)

        assert set(past.values_list("state", flat=True)) <= {"completed", "cancelled"}
        assert not Clock.objects.filter(subject_kind="order", subject_id__in=past.values("id")).exists()

    def test_every_kind_of_finding_is_open_somewhere(self) -> None:
        found = OrderFinding.objects.filter(order__historic=False, resolved_at=None).values_list("code", flat=True)

        assert set(found) >= OPEN_KINDS

    def test_the_staff_mended_accepted_sent_back_and_cancelled(self) -> None:
        kinds = Counter(Event.objects.filter(actor__startswith="person:").values_list("kind", flat=True))

        for kind in ("order_mended", "order_approved", "order_cancelled", "order_state_changed", "order_revealed"):
            assert kinds[f"orders.{kind}"], kind

    def test_entries_were_checked_and_some_wait(self) -> None:
        checked = Verification.objects.values_list("cause", "state")

        assert {("entered", "granted"), ("changed", "granted")} <= set(checked)
        assert "open" in {state for _cause, state in checked}

    def test_buyers_were_asked_about_goods_that_are_short(self) -> None:
        offers = Counter(Offer.objects.values_list("state", flat=True))

        assert offers["open"] >= 2
        assert offers["answered"] == 1

    def test_conflicts_wait_for_a_person(self) -> None:
        assert Conflict.objects.filter(resolved_at=None).exists()

    def test_some_clocks_are_late_and_some_still_run(self) -> None:
        outcomes = Counter(Clock.objects.values_list("outcome", flat=True))

        assert min(outcomes["breached"], outcomes["running"], outcomes["met"]) > 0

    def test_the_ledgers_prove_the_balances(self) -> None:
        assert inventory.differences() == []

    def test_refunds_stand_in_every_state_a_person_may_meet(self) -> None:
        states = set(Refund.objects.values_list("state", flat=True))

        assert states >= {"awaiting_approval", "by_hand", "disputed", "failed", "pending", "refused", "succeeded"}
        assert states >= {"unknown", "waiting", "withdrawn"}
        assert {"missing_here", "missing_there", "amount_differs"} == set(
            Difference.objects.values_list("kind", flat=True)
        )
        assert Callback.objects.filter(outcome="unmatched").count() == 2

    def test_exchanges_stand_where_somebody_has_something_to_do(self) -> None:
        states = Counter(Exchange.objects.values_list("state", flat=True))

        assert min(states["reserved"], states["released"], states["open"]) > 0

    def test_one_file_came_back_with_the_rows_that_do_not_fit(self) -> None:
        runs = ImportRun.objects.order_by("id").values_list("historic", "state", "created", "rejected")

        assert list(runs) == [(True, "done", 24, 0), (False, "done", 21, 3)]

    def test_only_those_a_visitor_may_be_have_the_known_password(self) -> None:
        people = get_user_model().objects.all()
        known = {person.username for person in people if person.check_password(crew.PASSWORD)}

        assert known == {member.username for member in crew.sign_ins()}

    def test_the_sign_ins_name_every_one_of_them_and_the_password(self) -> None:
        lines = demo.sign_ins()

        assert crew.PASSWORD in lines[0]
        assert len(lines) == 1 + len(crew.sign_ins())
        assert any("wangli" in line and "王丽" in line for line in lines)

    def test_nobody_is_told_to_sign_in_once_the_password_was_changed(self) -> None:
        person = get_user_model().objects.get(username="wangli")
        person.set_password("something of their own 1")
        person.save()

        assert demo.sign_ins() == []

    def test_loading_again_does_nothing(self) -> None:
        before = Event.objects.count()

        demo.load_if_empty()

        assert main(["demo", "load"]) == 1
        assert Event.objects.count() == before


class TestAnEmptyHouse(TestCase):
    """Before anything was loaded."""

    def test_nobody_can_sign_in(self) -> None:
        assert demo.sign_ins() == []
