"""Orders by hand and by file: entry form, upload, preview, start, result, mappings, parked jobs, stock."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from steward.kernel import moment, parked
from steward.modules.orders import queries
from steward.modules.orders.commands.import_batches import Tally
from steward.modules.orders.commands.imports import note_progress, run_import
from tests import make

pytestmark = pytest.mark.django_db

TMALL = (
    "订单编号,总金额,买家实际支付金额,收货地址,订单创建时间,订单付款时间,退款金额\n1,178.8,0,上海,2020/2/21 0:00,,0\n"
)
BAD = "2,abc,0,上海,2020/2/21 0:00,,0\n"


@pytest.fixture(autouse=True)
def own_files(settings: LazySettings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def entry(**changes: Any) -> dict[str, Any]:
    """Return the entry form as a clerk fills it in."""
    facts: dict[str, Any] = {
        "key": "k1",
        "shop": "own",
        "external_number": "H-1",
        "placed_at": "2026-03-02T10:00",
        "line_sku": ["TENT-2"],
        "line_title": [""],
        "line_quantity": ["2"],
        "line_unit_price": ["199"],
        "line_discount": [""],
        "recipient_name": "梅子",
        "recipient_phone": "13812345521",
        "recipient_street": "浙江省杭州市西湖区文三路 90 号",
        "do": "save",
    }
    return facts | changes


def test_an_order_entered_by_hand_is_taken_in_once() -> None:
    make.item(stock=5)
    browser = make.browser("lin")
    first = browser.post("/orders/new", entry())
    second = browser.post("/orders/new", entry())
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    detail = queries.order_detail("H-1")
    assert (detail.order.total_minor, detail.order.source) == (39_800, "form")


def test_every_mistake_of_the_form_is_named_at_once() -> None:
    make.item(stock=5)
    page = make.browser("lin").post(
        "/orders/new", entry(line_sku=["NO-SUCH"], line_quantity=["0"], line_unit_price=["x"], placed_at="")
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert text.count("is-invalid") >= 2
    assert queries.find_order("H-1") is None


def test_an_unknown_sku_comes_back_at_its_line() -> None:
    page = make.browser("lin").post("/orders/new", entry(line_sku=["NO-SUCH"]))
    assert page.status_code == 422
    assert "NO-SUCH" in page.content.decode()


def test_a_line_is_added_and_the_total_follows() -> None:
    make.item(stock=5)
    page = make.browser("lin").post("/orders/new", entry(do="add")).content.decode()
    assert page.count('name="line_sku"') == 2
    assert "¥398.00" in page


def test_sku_suggestions_name_the_goods() -> None:
    make.item()
    page = make.browser("lin").get("/orders/items", {"line_sku": "TENT"}).content.decode()
    assert 'value="TENT-2"' in page


def upload(browser: Client, text: str, **fields: str) -> str:
    file = io.BytesIO(text.encode())
    file.name = "orders.csv"
    answer = browser.post("/imports/upload", {"file": file, "shop": "tmall", **fields})
    assert answer.status_code == 302
    return str(answer["Location"])


def token(page: str) -> str:
    found = re.search(r'name="file" value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_upload_finds_its_mapping_and_previews_without_writing() -> None:
    browser = make.browser("lin")
    page = browser.get(upload(browser, TMALL)).content.decode()
    assert "178.80" in page
    assert 'name="mapping" value="tmall"' in page
    assert not queries.orders_page(queries.OrderFilters()).rows


def test_a_started_import_shows_its_result_and_sends_bad_rows_back() -> None:
    browser = make.browser("lin")
    page = browser.get(upload(browser, TMALL + BAD, mapping="tmall")).content.decode()
    started = browser.post("/imports/start", {"file": token(page), "shop": "tmall", "mapping": "tmall"})
    run_id = int(str(started["Location"]).rstrip("/").rpartition("/")[2])
    assert 'hx-trigger="every 3s"' in browser.get(f"/imports/{run_id}").content.decode()
    run_import(make.TESTER, run_id=run_id, now=moment.now())
    run = queries.import_run(run_id)
    assert (run.state, run.created, run.rejected) == ("done", 1, 1)
    assert browser.get(f"/imports/{run_id}").status_code == 200
    rejects = browser.get(f"/imports/{run_id}/rejects")
    assert b"abc" in b"".join(rejects.streaming_content)  # type: ignore[attr-defined]
    assert "orders.csv" in browser.get("/imports/").content.decode()


def test_a_running_import_shows_how_far_it_is() -> None:
    browser = make.browser("lin")
    page = browser.get(upload(browser, TMALL, mapping="tmall")).content.decode()
    started = browser.post("/imports/start", {"file": token(page), "shop": "tmall", "mapping": "tmall"})
    run_id = int(str(started["Location"]).rpartition("/")[2])
    seen = []

    def watch(tally: Tally) -> None:
        note_progress(run_id, tally)
        seen.append(queries.import_run(run_id).created)

    run_import(make.TESTER, run_id=run_id, now=moment.now(), progress=watch)
    assert seen[-1] == 1


def test_nobody_can_name_a_file_that_was_not_uploaded() -> None:
    browser = make.browser("lin")
    for forged in ("/etc/passwd", "imports/x.csv", "x:y:z"):
        assert browser.get("/imports/preview", {"file": forged, "shop": "tmall", "mapping": "tmall"}).status_code == 410
        answer = browser.post("/imports/start", {"file": forged, "shop": "tmall", "mapping": "tmall"})
        assert answer.status_code == 302
    assert not queries.import_runs().rows


def saved_fields(page: str) -> dict[str, Any]:
    """Read the editor's form back as a browser would send it."""
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input class="form-control[^"]*"[^>]* name="([^"]+)" value="([^"]*)"', page):
        fields[name] = value
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        fields[name] = text
    for name, body in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        fields[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'type="checkbox" name="([^"]+)" value="([^"]+)" checked', page):
        fields.setdefault(name, [])
        fields[name].append(value)
    return {name: html.unescape(value) if isinstance(value, str) else value for name, value in fields.items()}


def test_saving_a_mapping_unchanged_keeps_what_it_says() -> None:
    browser = make.browser("admin")
    for shipped in queries.mappings():
        fields = saved_fields(browser.get(f"/mappings/{shipped.code}").content.decode())
        assert browser.post(f"/mappings/{shipped.code}", {**fields, "do": "save"}).status_code == 302
        again = queries.find_mapping(shipped.code)
        assert again is not None
        assert again.version == shipped.version + 1
        assert again.rules["fields"] == shipped.rules["fields"], shipped.code


def test_a_mapping_that_contradicts_itself_is_not_saved() -> None:
    browser = make.browser("admin")
    fields = saved_fields(browser.get("/mappings/tmall").content.decode())
    answer = browser.post("/mappings/tmall", {**fields, "external_number.columns": "", "do": "save"})
    assert answer.status_code == 422
    mapping = queries.find_mapping("tmall")
    assert mapping is not None
    assert mapping.version == 1


def test_the_editor_previews_an_uploaded_file() -> None:
    browser = make.browser("admin")
    fields = saved_fields(browser.get("/mappings/tmall").content.decode())
    file = io.BytesIO(TMALL.encode())
    file.name = "orders.csv"
    page = browser.post("/mappings/tmall", {**fields, "shop": "tmall", "file": file, "do": "preview"})
    assert page.status_code == 200
    assert "178.80" in page.content.decode()


def test_parked_jobs_are_listed_with_an_empty_state() -> None:
    assert parked.count_parked_jobs() == 0
    assert "sw-empty" in make.browser("admin").get("/jobs/").content.decode()


def test_goods_are_received_on_the_stock_page() -> None:
    item_id = make.item(stock=5)
    browser = make.browser("admin")
    move = {"sku": "TENT-2", "warehouse": "hangzhou", "kind": "received", "quantity": "7", "reference": "GR-1"}
    answer = browser.post("/stock/move", move)
    assert answer["Location"] == f"/stock/items/{item_id}"
    page = browser.get(f"/stock/items/{item_id}").content.decode()
    assert "GR-1" in page
    assert "12" in page


def test_an_adjustment_without_a_reason_changes_nothing() -> None:
    item_id = make.item(stock=5)
    browser = make.browser("admin")
    browser.post("/stock/move", {"sku": "TENT-2", "warehouse": "hangzhou", "kind": "adjusted", "quantity": "-4"})
    assert ">-4<" not in browser.get(f"/stock/items/{item_id}").content.decode()
