"""A file with bad rows: the good ones go in, the bad ones come back, and mended they are all that is added."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from steward.interfaces import cli
from steward.modules.orders import queries
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = {
    "下单时间": "2026-03-02 10:00:00",
    "商品编码": "TENT-2",
    "数量": "1",
    "单价": "199.00",
    "买家编号": "mei-88",
    "收货人": "梅子",
    "收货电话": "13812345521",
    "省": "浙江省",
    "市": "杭州市",
    "区县": "西湖区",
    "收货地址": "文三路 90 号 5 幢 201 室",
}


@pytest.fixture
def columns(tmp_path: Path) -> list[str]:
    """The columns of Steward's own template, as the command line writes it."""
    cli.main(["orders", "template", str(tmp_path / "template.csv")])
    return (tmp_path / "template.csv").read_text(encoding="utf-8-sig").strip().split(",")


def row(columns: list[str], number: str, **changes: str) -> dict[str, str]:
    """Return a faultless row of Mei's, with changes."""
    return dict.fromkeys(columns, "") | GOOD | {"订单编号": number} | changes


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a file as a shop exports it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[dict[str, str]]:
    """Read the file of rows that came back."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def take_in(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Run the command an operator types; return what it prints."""
    code = cli.main(["orders", "import", str(path), "--shop", "own", "--mapping", "steward", "--json"])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == (1 if answer["rejected"] else 0)
    return answer


def test_a_mended_file_adds_just_the_rows_that_came_back(
    tmp_path: Path, columns: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    make.item(stock=50)
    rows = [row(columns, f"F-{number}") for number in range(1, 6)]
    rows[2] = row(columns, "F-3", 数量="两只")
    write(tmp_path / "orders.csv", rows)

    first = take_in(tmp_path / "orders.csv", capsys)

    assert (first["received"], first["created"], first["rejected"]) == (5, 4, 1)
    back = read(Path(first["rejects_file"]))
    assert [one["订单编号"] for one in back] == ["F-3"]
    write(tmp_path / "again.csv", [*rows[:2], row(columns, "F-3"), *rows[3:]])
    second = take_in(tmp_path / "again.csv", capsys)
    assert (second["created"], second["duplicate"], second["rejected"]) == (1, 4, 0)
    assert len(queries.orders_page(queries.OrderFilters(), after=None, limit=50).rows) == 5
