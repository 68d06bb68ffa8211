"""What people do on the pages of stocktakes, and what a counter never sees there."""

from __future__ import annotations

import pytest
from django.test import Client

from steward.modules.approvals.models import Request
from steward.modules.inventory.models import Movement, Stock, Stocktake, StocktakeCount
from steward.modules.inventory.queries import stocktake_sheets
from steward.modules.inventory.tests import counting
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ON_HAND = 7_391


def page(client: Client, path: str) -> str:
    """Read a page."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def counter(username: str) -> Client:
    """Sign in somebody who may count."""
    counting.counter(username)
    return make.browser(username)


def test_a_stocktake_goes_through_its_pages() -> None:
    make.item(stock=5)
    lead, lin, chen = make.browser("admin"), counter("lin"), counter("chen")
    ids = {name: make.staff(name).staff_id for name in ("lin", "chen")}

    assert "hangzhou" in page(lead, "/stock/stocktakes/new")
    made = lead.post("/stock/stocktakes/new", {"warehouse": "hangzhou", "zones": "ambient", "counters": ids["lin"]})
    number = made.headers["Location"].rsplit("/", 1)[1]
    sheet = counting.sheet_of(number)
    assert f"/stock/stocktakes/sheets/{sheet}" in page(lin, "/stock/stocktakes")
    lin.post(f"/stock/stocktakes/sheets/{sheet}/scan", {"code": "TENT-2"}, headers=HTMX)
    lin.post(f"/stock/stocktakes/sheets/{sheet}/hand-in")
    assert "TENT-2" in page(lead, f"/stock/stocktakes/{number}")
    lead.post(f"/stock/stocktakes/{number}/recount", {"counters": ids["chen"]})
    again = counting.sheet_of(number, "chen")
    line = stocktake_sheets.sheet(make.TESTER, again).lines[0].id
    chen.post(f"/stock/stocktakes/sheets/{again}/lines/{line}", {"quantity": "4"}, headers=HTMX)
    chen.post(f"/stock/stocktakes/sheets/{again}/hand-in")
    lead.post(f"/stock/stocktakes/{number}/submit")
    approval = Request.objects.get()
    assert number in page(make.browser("zhao"), f"/approvals/{approval.id}")
    make.browser("zhao").post(f"/approvals/{approval.id}/decide", {"verdict": "grant"})
    make.settle()

    assert Stock.objects.get().on_hand == 4
    assert Movement.objects.get(kind="counted").quantity == -1
    text = page(lead, f"/stock/stocktakes/{number}")
    assert "-1" in text
    assert number in page(lead, "/stock/stocktakes?queue=ended")


def test_a_counter_gets_no_number_of_the_books_on_any_page() -> None:
    make.item(stock=ON_HAND)
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)
    lin = counter("lin")

    pages = [page(lin, f"/stock/stocktakes/sheets/{sheet}"), page(lin, f"/stock/stocktakes/{number}")]
    pages.append(page(lin, "/stock/stocktakes"))
    for code in ("TENT-2", "NO-SUCH", "12"):
        answer = lin.post(f"/stock/stocktakes/sheets/{sheet}/scan", {"code": code}, headers=HTMX)
        pages.append(answer.content.decode())
    lin.post(f"/stock/stocktakes/sheets/{sheet}/hand-in")
    pages.append(page(lin, f"/stock/stocktakes/{number}"))

    assert [text for text in pages if str(ON_HAND) in text] == []
    assert str(ON_HAND) in page(make.browser("admin"), f"/stock/stocktakes/{number}")


@pytest.mark.parametrize("quantity", ["-3", "99999999", "many", "", "²"])
def test_a_number_that_cannot_be_is_refused_large_and_counts_nothing(quantity: str) -> None:
    make.item(stock=5)
    number = counting.planned("lin")
    sheet, line = counting.sheet_of(number), counting.line(number).id

    answer = counter("lin").post(f"/stock/stocktakes/sheets/{sheet}/lines/{line}", {"quantity": quantity}, headers=HTMX)

    assert answer.status_code == 409
    assert "sh-refused" in answer.content.decode()
    assert StocktakeCount.objects.get().counted is None


def test_the_lot_is_chosen_on_the_page() -> None:
    milk = make.item("MILK", shelf_life_days=30)
    day = make.NOW.date()
    make.arrival_of_lots(milk, {"A1": day.replace(day=20), "B7": day.replace(day=25)})
    number = counting.planned("lin")
    sheet, lin = counting.sheet_of(number), counter("lin")

    asked = lin.post(f"/stock/stocktakes/sheets/{sheet}/scan", {"code": "MILK"}, headers=HTMX).content.decode()
    line = counting.line(number, "MILK", lot="B7").id
    chosen = lin.post(
        f"/stock/stocktakes/sheets/{sheet}/lines/{line}", {"more": "1", "code": "MILK#B7"}, headers=HTMX
    ).content.decode()

    assert "ct-choices" in asked
    assert f'name="line" value="{line}"' in chosen
    assert StocktakeCount.objects.get(line_id=line).counted == 1


def test_goods_not_listed_are_counted_in_their_own_form() -> None:
    make.item(stock=5)
    make.item("LAMP-1")
    number = counting.planned("lin")
    sheet = counting.sheet_of(number)

    form = {"sku": "LAMP-1", "quantity": "2", "condition": "damaged"}
    counter("lin").post(f"/stock/stocktakes/sheets/{sheet}/other", form, headers=HTMX)

    found = counting.line(number, "LAMP-1", condition="damaged")
    assert (found.is_found, StocktakeCount.objects.get(line=found).counted) == (True, 2)


def test_a_sheet_of_somebody_else_can_be_read_and_not_written() -> None:
    make.item(stock=5)
    sheet = counting.sheet_of(counting.planned("lin"))
    chen = counter("chen")

    assert "data-scan" not in page(chen, f"/stock/stocktakes/sheets/{sheet}")
    answer = chen.post(f"/stock/stocktakes/sheets/{sheet}/scan", {"code": "TENT-2"}, headers=HTMX)

    assert answer.status_code == 409
    assert StocktakeCount.objects.get().counted is None


def test_who_may_not_lead_plans_nothing() -> None:
    make.item(stock=5)

    assert counter("lin").post("/stock/stocktakes/new", {"warehouse": "hangzhou"}).status_code == 403
    assert not Stocktake.objects.exists()


def test_a_count_is_called_off_with_its_reason() -> None:
    make.item(stock=5)
    number = counting.planned("lin")
    lead = make.browser("admin")

    lead.post(f"/stock/stocktakes/{number}/cancel", {"reason": "仓库搬迁"})

    assert counting.state_of(number) == "cancelled"
    assert "仓库搬迁" in page(lead, f"/stock/stocktakes/{number}")
