"""Importing a file."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from steward.kernel.errors import Refusal
from steward.kernel.models import Event as LoggedEvent
from steward.modules.catalog import queries as catalog
from steward.modules.orders import tasks
from steward.modules.orders.commands import (
    cancellations,
    import_files,
    import_preview,
    imports,
    mappings,
    watched_folder,
)
from steward.modules.orders.commands.import_batches import Tally
from steward.modules.orders.models import Cancellation, ImportRun, Line, Order, Signal
from steward.modules.orders.ports import EmptyFile
from steward.modules.orders.rules.shipped_mappings import ONLINE_RETAIL
from tests import make

pytestmark = pytest.mark.django_db

HEADER = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Forget the items of the test before, which are rolled back."""
    catalog.forget()


def _invoice(
    number: str, sku: str, quantity: int, day: int = 1, *, price: str = "2.50", buyer: str = "17850"
) -> list[str]:
    return [number, sku, "a thing", str(quantity), f"2010-12-{day:02} 08:26:00", price, buyer, "United Kingdom"]


def _file(path: Path, rows: list[list[str]], header: list[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def _take(
    path: Path, *, mapping: str = "online_retail", shop: str = "retail", **options: Any
) -> tuple[Tally, ImportRun]:
    run_id = imports.start_import(
        make.TESTER,
        shop_code=shop,
        mapping_code=mapping,
        file_name=path.name,
        stored_file=str(path),
        later=False,
        **options,
    )
    tally = imports.run_import(make.TESTER, run_id=run_id, now=make.NOW)
    return tally, ImportRun.objects.get(id=run_id)


def test_takes_orders_with_all_their_lines_and_makes_unknown_items(tmp_path: Path) -> None:
    rows = [_invoice("1", "A", 6), _invoice("2", "B", 1), _invoice("1", "A", 6), _invoice("1", "B", 2)]
    tally, run = _take(_file(tmp_path / "a.csv", rows))
    assert (tally.received, tally.created, tally.rejected) == (2, 2, 0)
    assert (run.state, run.created, run.rejects_file) == ("done", 2, "")
    order = Order.objects.get(external_number="1")
    assert (order.total_minor, order.currency, order.country, order.source) == (3500, "GBP", "GB", "file")
    assert order.lines.count() == 3


def test_screens_orders_of_a_file_by_device_account_and_address_of_the_net(tmp_path: Path) -> None:
    make.item()
    header = ["order_number", "placed_at", "sku", "quantity", "unit_price", "buyer_id", "device_id", "ip"]
    header += ["payment_account", "registered_at"]
    when = "2026-03-02 10:00:00"
    rows = [
        [number, when, "TENT-2", "1", "199.00", buyer, "DEVICE-7", "203.0.113.9", "ali-55", "2026-03-02 09:59:30"]
        for number, buyer in (("1", "mei-88"), ("2", "lei-91"))
    ]
    tally, _run = _take(_file(tmp_path / "a.csv", rows, header), mapping="steward", shop="own")
    make.settle()
    assert tally.created == 2
    shared = Signal.objects.filter(kind__in=("device", "ip", "payment_account"))
    assert dict(Counter(shared.values_list("kind", flat=True))) == {"device": 2, "ip": 2, "payment_account": 2}
    assert len({bytes(value) for value in shared.values_list("value", flat=True)}) == 3


def test_sent_again_changes_nothing(tmp_path: Path) -> None:
    path = _file(tmp_path / "a.csv", [_invoice("1", "A", 6), _invoice("C2", "A", -1, 2)])
    _take(path)
    tally, _run = _take(path)
    assert (tally.created, tally.duplicate, tally.conflict) == (0, 2, 0)
    assert (Order.objects.count(), Cancellation.objects.count()) == (1, 1)


def test_taken_up_again_after_a_crash_completes_exactly_once(tmp_path: Path) -> None:
    rows = [_invoice(str(number), "A", 1) for number in range(1, 1_200)]
    path = _file(tmp_path / "a.csv", rows)
    run_id = imports.start_import(
        make.TESTER, shop_code="retail", mapping_code="online_retail", file_name="a", stored_file=str(path), later=False
    )

    def crash(tally: Tally) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports.run_import(make.TESTER, run_id=run_id, now=make.NOW, progress=crash)
    assert 0 < Order.objects.count() < 1_199
    tally = imports.run_import(make.TESTER, run_id=run_id, now=make.NOW)
    assert (tally.received, tally.created + tally.duplicate) == (1_199, 1_199)
    assert Order.objects.count() == 1_199
    assert imports.run_import(make.TESTER, run_id=run_id, now=make.NOW).received == 1_199


def test_sends_bad_rows_back_with_reasons_and_takes_the_mended_ones(tmp_path: Path) -> None:
    bad = _invoice("2", "B", 1)
    bad[4] = "some day"
    path = _file(tmp_path / "a.csv", [_invoice("1", "A", 6), bad, _invoice("2", "A", 1), ["3", "short"]])
    tally, run = _take(path)
    assert (tally.received, tally.created, tally.rejected) == (3, 1, 2)
    returned = Path(str(import_files.path_of(run.rejects_file)))
    with returned.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert header[:-1] == HEADER
    assert {row[0] for row in rows} == {"2", "3"}
    assert all(row[-1] for row in rows)
    rows = [row for row in rows if row[0] == "2"]
    for row in rows:
        row[4] = "2010-12-03 08:26:00"
    mended, _run = _take(_file(tmp_path / "b.csv", rows, header))
    assert (mended.received, mended.created, mended.rejected) == (1, 1, 0)
    assert Order.objects.get(external_number="2").lines.count() == 2


def test_of_other_content_under_a_known_number_is_a_visible_conflict(tmp_path: Path) -> None:
    _take(_file(tmp_path / "a.csv", [_invoice("1", "A", 6), _invoice("C2", "A", -1, 2)]))
    tally, _run = _take(_file(tmp_path / "b.csv", [_invoice("1", "A", 7), _invoice("C2", "A", -2, 2)]))
    assert (tally.created, tally.duplicate, tally.conflict) == (0, 0, 2)
    assert Line.objects.get().quantity == 6


def test_matches_cancellations_or_parks_them_with_a_reason(tmp_path: Path) -> None:
    rows = [
        _invoice("1", "A", 6, 1),
        _invoice("2", "A", 4, 2),
        _invoice("C3", "A", -3, 3),
        _invoice("C4", "A", -3, 4),
        _invoice("C5", "A", -9, 5),
        _invoice("C6", "B", -1, 5),
        _invoice("C7", "A", -1, 5, buyer=""),
    ]
    tally, run = _take(_file(tmp_path / "a.csv", rows), historic=True)
    assert (tally.created, run.cancellations) == (7, 5)
    found = {
        one.external_number: (one.state, one.reason, one.line.order.external_number if one.line else "")
        for one in Cancellation.objects.select_related("line__order")
    }
    assert found == {
        "C3": ("matched", "", "2"),
        "C4": ("matched", "", "1"),
        "C5": ("unmatched", "quantity_exceeds", ""),
        "C6": ("unmatched", "no_earlier_order", ""),
        "C7": ("unmatched", "no_customer", ""),
    }
    assert LoggedEvent.objects.filter(kind="orders.line_cancelled").count() == 2
    assert cancellations.match_cancellations(make.TESTER, shop_id=run.shop_id, now=make.NOW) == 0
    assert sorted(Line.objects.values_list("quantity", "cancelled_quantity")) == [(4, 3), (6, 3)]


def test_that_finished_is_announced(tmp_path: Path) -> None:
    _tally, run = _take(_file(tmp_path / "a.csv", [_invoice("1", "A", 6)]))
    logged = LoggedEvent.objects.get(kind="orders.import_finished")
    assert (logged.subject_id, logged.data["created"]) == (run.id, 1)


def test_of_an_unknown_sku_is_rejected_where_the_mapping_says_so(tmp_path: Path) -> None:
    mappings.save_mapping(make.TESTER, code="strict", name="Strict", rules=ONLINE_RETAIL | {"unknown_sku": "reject"})
    path = _file(tmp_path / "a.csv", [_invoice("1", "A", 6), _invoice("C2", "A", -1, 2)])
    tally, run = _take(path, mapping="strict")
    assert (tally.created, tally.rejected) == (0, 2)
    assert Order.objects.count() == 0
    assert run.rejects_file


def test_that_cannot_be_read_is_noted_on_its_run(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    with pytest.raises(EmptyFile):
        _take(path)
    run = ImportRun.objects.get()
    assert run.state == "failed"
    assert "empty.csv" in run.error


@pytest.mark.parametrize(("shop", "mapping"), [("nowhere", "tmall"), ("own", "nothing")])
def test_is_refused_for_a_shop_or_mapping_that_does_not_exist(tmp_path: Path, shop: str, mapping: str) -> None:
    with pytest.raises(Refusal, match="tmall"):
        _take(_file(tmp_path / "a.csv", []), shop=shop, mapping=mapping)
    assert not ImportRun.objects.exists()


def test_can_be_rehearsed_without_writing(tmp_path: Path) -> None:
    _take(_file(tmp_path / "a.csv", [_invoice("1", "A", 6)]))
    path = _file(tmp_path / "b.csv", [_invoice("1", "A", 6), _invoice("2", "NEW", 1), _invoice("3", "A", -1)])
    tally = import_preview.check_import(
        make.TESTER, stored_file=str(path), shop_code="retail", mapping_code="online_retail", now=make.NOW
    )
    assert (tally.received, tally.created, tally.duplicate, tally.rejected) == (3, 1, 1, 1)
    assert Order.objects.count() == 1


def test_can_be_previewed_row_by_row(tmp_path: Path) -> None:
    bad = _invoice("2", "B", 1)
    bad[3] = "x"
    path = _file(tmp_path / "a.csv", [_invoice("1", "A", 6), _invoice("1", "B", 6), bad])
    seen = import_preview.preview_import(make.TESTER, stored_file=str(path), shop_code="retail", rules=ONLINE_RETAIL)
    assert [row.number for row in seen.rows] == [2, 3, 4]
    good, broken = seen.orders
    assert good.draft is not None
    assert len(good.draft.lines) == 2
    assert [finding.code for finding in broken.findings[4]] == ["not_a_whole_number"]
    wrong = import_preview.preview_import(
        make.TESTER, stored_file=str(path), shop_code="retail", rules=ONLINE_RETAIL | {"currency": "?"}
    )
    assert [finding.field for finding in wrong.findings] == ["currency"]


def test_runs_as_a_job_in_the_name_of_who_queued_it(tmp_path: Path) -> None:
    lin = make.clerk_lin()
    path = _file(tmp_path / "a.csv", [_invoice("1", "A", 6)])
    run_id = imports.start_import(
        lin, shop_code="retail", mapping_code="online_retail", file_name="a.csv", stored_file=str(path)
    )
    tasks.import_file(run_id=run_id, locale="zh-hans")
    assert Order.objects.get().entered_by == lin.id
    assert ImportRun.objects.get(id=run_id).state == "done"


def _dropped(
    root: Path, name: str, rows: list[list[str]], *, mapping: str = "online_retail", age_s: float = 60
) -> Path:
    folder = root / "retail" / mapping
    folder.mkdir(parents=True, exist_ok=True)
    path = _file(folder / name, rows)
    when = (make.NOW - timedelta(seconds=age_s)).timestamp()
    os.utime(path, (when, when))
    return path


def test_from_the_watched_folder_takes_complete_files_and_puts_them_away(tmp_path: Path) -> None:
    _dropped(tmp_path, "good.csv", [_invoice("1", "A", 6)])
    growing = _dropped(tmp_path, "growing.csv", [], age_s=1)
    (run_id,) = watched_folder.take_files(tmp_path, now=make.NOW)
    assert watched_folder.take_files(tmp_path, now=make.NOW) == []
    tasks.import_file(run_id=run_id, locale="en", folder=True)
    (note,) = (tmp_path / "retail/online_retail/done").glob("*good.csv.json")
    assert json.loads(note.read_text(encoding="utf-8"))["created"] == 1
    assert note.with_suffix("").exists()
    assert growing.exists()
    assert Order.objects.get().source == "folder"


def test_from_the_watched_folder_says_why_a_file_failed(tmp_path: Path) -> None:
    _dropped(tmp_path, "lost.csv", [], mapping="nothing")
    _dropped(tmp_path, "empty.csv", [], mapping="tmall").write_bytes(b"")
    os.utime(tmp_path / "retail/tmall/empty.csv", (0, 0))
    (run_id,) = watched_folder.take_files(tmp_path, now=make.NOW)
    tasks.import_file(run_id=run_id, locale="en", folder=True)
    notes = sorted(tmp_path.glob("retail/*/failed/*.json"))
    assert [json.loads(note.read_text(encoding="utf-8"))["state"] for note in notes] == ["failed", "failed"]


def test_from_the_watched_folder_takes_up_what_a_dead_worker_had_taken(tmp_path: Path) -> None:
    path = _dropped(tmp_path, "a.csv", [_invoice("1", "A", 6)])
    taken = path.parent / "taken" / f"{int(make.NOW.timestamp()) - 600}-a.csv"
    taken.parent.mkdir()
    shutil.move(path, taken)
    (run_id,) = watched_folder.take_files(tmp_path, now=make.NOW)
    assert ImportRun.objects.get(id=run_id).file_name == "a.csv"
    assert watched_folder.take_files(tmp_path, now=make.NOW) == []
