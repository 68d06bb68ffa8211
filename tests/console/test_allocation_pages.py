"""Allocation in the console: why an order is served as it is, waves side by side, the policy and its proposals."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from steward.kernel import moment
from steward.modules.fulfilment.commands import backtests
from steward.modules.fulfilment.commands import waves as commands
from steward.modules.fulfilment.commands.allocating import allocate_orders
from steward.modules.fulfilment.models import Allocation, Backtest, Policy, Wave
from steward.modules.fulfilment.rules.policy import SHIPPED
from steward.modules.fulfilment.tests import house
from steward.modules.fulfilment.tests.test_waves import begun, competing
from steward.modules.orders.models import Order
from tests import make
from tests.words import visible

pytestmark = pytest.mark.django_db
NAMES = frozenset({"Tent for two", "tests"})


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let the pages see the day of the tests."""
    with moment.frozen(make.NOW):
        yield


def number_of(order_id: int) -> str:
    """Name an order."""
    return Order.objects.get(id=order_id).number


def test_the_order_page_says_from_where_it_is_served_and_why_not_from_elsewhere() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5, chengdu=5)
    number = number_of(house.approved())
    zhao = make.browser("zhao", locale="en")
    before = zhao.get(f"/orders/{number}").content.decode()
    assert "its goods are not set aside yet" in before

    zhao.post(f"/allocation/orders/{number}/allocate")

    page = zhao.get(f"/orders/{number}").content.decode()
    assert "杭州仓" in page
    assert "Could serve it, but dearer" in page
    assert "Has none of it" in page
    assert "By policy version 1." in page
    assert visible.english(make.browser("chen").get(f"/orders/{number}").content.decode(), names=NAMES) == []


def test_what_is_left_of_an_order_and_found_nothing_is_set_aside_by_a_click() -> None:
    house.warehouses()
    item = make.item("MILK", minimum_remaining_days=20)
    house.lot(item, "hangzhou", 5, keeps_days=15)
    order_id = house.approved(sku="MILK")
    allocate_orders(make.TESTER, order_ids=[order_id], now=make.NOW)
    Order.objects.filter(id=order_id).update(fulfilment_state="partly_shipped")
    house.lot(item, "chengdu", 1, keeps_days=90)
    zhao = make.browser("zhao", locale="en")
    before = zhao.get(f"/orders/{number_of(order_id)}").content.decode()

    zhao.post(f"/allocation/orders/{number_of(order_id)}/allocate")

    after = zhao.get(f"/orders/{number_of(order_id)}").content.decode()
    assert ("Set goods aside now" in before, "Set goods aside now" in after) == (True, False)
    assert "(Placed anew)" not in before
    assert "(Placed anew)" in after


def test_goods_are_given_back_with_a_reason_only() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    number = number_of(house.approved())
    zhao = make.browser("zhao", locale="en")
    zhao.post(f"/allocation/orders/{number}/allocate")

    zhao.post(f"/allocation/orders/{number}/deallocate", {"reason": ""})
    assert Allocation.objects.get().state == "placed"
    zhao.post(f"/allocation/orders/{number}/deallocate", {"reason": "wrong warehouse"})

    assert Allocation.objects.get().state == "ended"
    assert "wrong warehouse" in zhao.get(f"/orders/{number}").content.decode()


def test_a_wave_is_asked_for_compared_and_carried_out_by_clicks() -> None:
    competing()
    zhao = make.browser("zhao", locale="en")
    assert "<strong>3</strong> approved orders wait" in zhao.get("/allocation/").content.decode()

    zhao.post("/allocation/start", {"method": "flow", "seconds": "5"})
    wave = Wave.objects.get()
    assert "being planned" in zhao.get(f"/allocation/waves/{wave.number}").content.decode()
    commands.plan_wave(make.TESTER, number=wave.number, now=make.NOW)

    page = zhao.get(f"/allocation/waves/{wave.number}").content.decode()
    assert "Before and after" in page
    assert "杭州仓 + 成都仓" in page
    zhao.post(f"/allocation/waves/{wave.number}/apply")
    assert set(Allocation.objects.values_list("state", flat=True)) == {"placed"}
    assert "Carried out" in zhao.get("/allocation/").content.decode()


def test_a_wave_is_discarded_by_a_click() -> None:
    competing()
    number = commands.run_wave(make.TESTER, now=make.NOW, mode="flow", seconds=5)

    make.browser("zhao").post(f"/allocation/waves/{number}/discard")

    assert (Wave.objects.get().state, Allocation.objects.count()) == ("discarded", 0)


def form(**changes: str) -> dict[str, str]:
    """Return the form of the policy as the page fills it in."""
    shipped = {name: str(value) for name, value in msgspec.to_builtins(SHIPPED).items()}
    amounts = {name: f"{getattr(SHIPPED, name) / 100:.2f}" for name in shipped if "_minor" in name}
    return shipped | amounts | {"version": "1", "at_once": "on", "reason": "test", "do": "save"} | changes


def test_a_wave_that_was_carried_out_in_part_offers_no_button_to_discard_it() -> None:
    competing()
    number = commands.run_wave(make.TESTER, now=make.NOW, seconds=5)
    zhao = make.browser("zhao", locale="en")
    before = zhao.get(f"/allocation/waves/{number}").content.decode()

    begun(Wave.objects.get())

    after = zhao.get(f"/allocation/waves/{number}").content.decode()
    address = f"/allocation/waves/{number}/discard"
    assert (address in before, address in after) == (True, False)
    assert f"/allocation/waves/{number}/apply" in after


def test_a_manager_changes_a_weight_with_a_reason() -> None:
    zhao = make.browser("zhao", locale="en")

    zhao.post("/allocation/policy/save", form(split_minor="9.00"))

    assert Policy.objects.get(version=2).weights["split_minor"] == 900
    page = zhao.get("/allocation/policy").content.decode()
    assert "Version 2: Split" in page


def test_what_is_no_number_is_refused_and_changes_nothing() -> None:
    make.browser("zhao").post("/allocation/policy/save", form(split_minor="much"))

    assert Policy.objects.count() == 1


def test_a_proposal_is_tried_and_shows_what_would_move() -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5, chengdu=5)
    house.approved()
    zhao, day = make.browser("zhao", locale="en"), make.NOW.date().isoformat()

    zhao.post("/allocation/policy/save", form(split_minor="9.00", do="try", **{"from": day, "to": day}))
    id_ = Backtest.objects.get().id
    assert "being tried" in zhao.get(f"/allocation/policy/try/{id_}").content.decode()
    backtests.run_backtest(backtest_id=id_, now=make.NOW)

    page = zhao.get(f"/allocation/policy/try/{id_}").content.decode()
    assert "1 past order" in page
    assert "0 orders would be served from elsewhere" in page
    assert Policy.objects.count() == 1


def test_who_may_only_look_sees_no_buttons_and_is_refused() -> None:
    competing()
    lin = make.browser("lin", locale="en")

    assert "Plan a wave" not in lin.get("/allocation/").content.decode()
    assert lin.post("/allocation/start", {"method": "flow"}).status_code == 403
    assert lin.post("/allocation/policy/save", form()).status_code == 403
    assert make.browser("sam").get("/allocation/").status_code == 403
