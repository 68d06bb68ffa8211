"""Statements are read as providers write them, and a line that cannot be read is named."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from steward.connectors.payment_statements import read_statement
from steward.modules.payments.ports import StatedRow, UnreadableStatement

PLAIN = "transaction,kind,amount,currency,happened_at\nT-1,payment,199.00,CNY,2026-03-02T10:00:00+08:00\n"
CHINESE = (
    "#账单明细查询\n#账号：[2088***]\n"
    "支付宝交易号,业务类型,金额（元）,完成时间\n"
    "T-1\t,交易,199.00,2026-03-02 10:00:00\n"
    "R-1\t,退款,-50.00,2026-03-02 11:00:00\n"
    "#合计,2 笔,149.00,\n"
)


def read(tmp_path: Path, content: str | bytes, mapping: dict[str, Any] | None = None) -> list[StatedRow]:
    path = tmp_path / "statement.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_statement(path, mapping or {}))


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, PLAIN) == [
        StatedRow(
            direction="payment",
            transaction="T-1",
            amount_minor=19_900,
            currency="CNY",
            happened_at=datetime(2026, 3, 2, 2, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_as_chinese_providers_write_it_is_read(tmp_path: Path, encoding: str, packed: bool) -> None:
    raw = CHINESE.encode(encoding)

    rows = read(tmp_path, gzip.compress(raw) if packed else raw)

    assert [(row.direction, row.transaction, row.amount_minor) for row in rows] == [
        ("payment", "T-1", 19_900),
        ("refund", "R-1", 5_000),
    ]
    assert rows[1].happened_at == datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_a_mapping_names_other_columns_kinds_and_times(tmp_path: Path) -> None:
    mapping = {
        "columns": {"transaction": "Ref", "amount": "Gross", "happened_at": "Booked", "kind": "What"},
        "kinds": {"SALE": "payment", "RETURN": "refund"},
        "currency": "JPY",
        "time_zone": "Asia/Tokyo",
        "time_format": "%d.%m.%Y %H:%M",
    }

    (row,) = read(tmp_path, "Booked,Ref,What,Gross\n02.03.2026 09:30,X-1,RETURN,1500\n", mapping)

    assert (row.direction, row.amount_minor, row.currency) == ("refund", 1_500, "JPY")
    assert row.happened_at == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def test_without_kinds_the_sign_tells(tmp_path: Path) -> None:
    rows = read(tmp_path, "transaction,amount,time\nT-1,10,2026-03-02\nT-2,-10,2026-03-02\n")

    assert [row.direction for row in rows] == ["payment", "refund"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("T-2,payment,ten,CNY,2026-03-02", "not an amount"),
        ("T-2,payment,10,XXY,2026-03-02", "currency"),
        ("T-2,payment,10,CNY,soon", "isoformat"),
        ("T-2,gift,10,CNY,2026-03-02", "kind"),
        (",payment,10,CNY,2026-03-02", "transaction"),
        ("T-2,payment,0,CNY,2026-03-02", "amount 0"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, fault: str) -> None:
    with pytest.raises(UnreadableStatement) as refused:
        read(tmp_path, PLAIN + line + "\n")

    assert refused.value.params["line"] == 3
    assert fault in refused.value.params["fault"]


@pytest.mark.parametrize("content", [b"", b"a,b,c\n1,2,3\n", b"\xff\xff\xff\xff\x80", b"\x1f\x8bnot packed"])
def test_what_is_no_statement_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableStatement):
        read(tmp_path, content)
