"""A carrier's price sheet that nobody has seen yet: its columns are named on a page, and its prices looked at."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE

FIELDS = {"name": "沙河报价单", "code": "sand-2026", "destination": "目的省", "sheet": "报价"}
TIER = {"base": "首重", "included": "1", "step": "1", "per_kg": "续重"}


def workbook(folder: Path) -> Path:
    """Make a workbook whose prices stand on the second sheet."""
    path = folder / "sand.xlsx"
    pages: dict[str, list[list[str | int]]] = {
        "说明": [["联系人", "电话"], ["小何", "见合同"]],
        "报价": [["目的省", "首重", "续重"], ["浙江", 8, 2], ["西藏", 20, 12]],
    }
    with xlsxwriter.Workbook(path) as book:
        for name, rows in pages.items():
            sheet = book.add_worksheet(name)
            for place, cells in enumerate(rows):
                sheet.write_row(place, 0, cells)
    return path


def test_the_columns_of_an_unknown_sheet_are_named_looked_at_and_kept(visit: Visit) -> None:
    zhao = visit("zhao")
    zhao.expects(422)
    zhao.go("/carriers/tariff-mappings")
    zhao.look("list")
    zhao.press("新建字段映射")
    for name, text in FIELDS.items():
        zhao.page.locator(f"[name={name}]").fill(text)
    zhao.page.locator("[name=file]").set_input_files(workbook(zhao.house.home))
    zhao.press("查看预览")
    zhao.page.locator("#columns option[value=首重]").wait_for(state="attached")
    zhao.look("columns")

    for name, text in TIER.items():
        zhao.page.locator(f"[name=tier-1-{name}]").fill(text)
    zhao.press("查看预览")
    zhao.sees("26.00")  # ten kilograms to Zhejiang: 8 and nine times 2
    zhao.look("prices")
    zhao.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict serves as well
    zhao.look("prices", only_shape=True)

    zhao.press("保存")
    zhao.page.wait_for_url("**/carriers/tariff-mappings/sand-2026")
    zhao.go("/carriers/tariff-mappings")
    assert "sand-2026" in zhao.row("沙河报价单").inner_text()
