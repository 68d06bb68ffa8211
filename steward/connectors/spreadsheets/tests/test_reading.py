"""A file of orders."""

from __future__ import annotations

import gzip
import random
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
import psutil
import pytest
import xlsxwriter

from steward.connectors.spreadsheets import open_rejects, open_rows
from steward.modules.orders.ports import (
    REASON_COLUMN,
    EmptyFile,
    Hints,
    SuspiciousFile,
    TooBigWorkbook,
    UnknownFormat,
    WrongEncoding,
)

HINTS = Hints()
CHINESE = "订单编号,金额,收货人\n1,12.50,李雷\n2,8,韩梅梅\n"


def _read(path: Path, hints: Hints = HINTS) -> list[tuple[int, list[str]]]:
    with open_rows(path, hints) as source:
        return [(row.number, list(row.cells)) for row in source.rows()]


def _problems(path: Path) -> dict[int, str]:
    with open_rows(path, HINTS) as source:
        return {row.number: row.problem.code for row in source.rows() if row.problem}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_is_read_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(CHINESE.encode(encoding))
    with open_rows(path, HINTS) as source:
        assert source.header == ["订单编号", "金额", "收货人"]
        assert [(row.number, list(row.cells)) for row in source.rows()] == [
            (2, ["1", "12.50", "李雷"]),
            (3, ["2", "8", "韩梅梅"]),
        ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_is_read_whatever_separates_its_columns(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "orders.txt"
    path.write_text(f'no{delimiter}"a, b; c"{delimiter}x\n1{delimiter}2{delimiter}3\n', encoding="utf-8")
    assert _read(path) == [(2, ["1", "2", "3"])]


def test_is_read_when_packed(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(CHINESE.encode("gb18030")))
    assert len(_read(path)) == 2


def test_keeps_commas_quotes_and_line_breaks_inside_quotes(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text('no,title\n1,"a, ""b"""\n2,"two\nlines"\n3,12" ruler\n', encoding="utf-8")
    assert _read(path) == [(2, ["1", 'a, "b"']), (3, ["2", "two\nlines"]), (4, ["3", '12" ruler'])]


def test_sends_back_rows_with_too_few_or_too_many_columns_and_reads_on(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n1\n1,2,3\n1,2\n1,2,,\n\n", encoding="utf-8")
    assert _problems(path) == {2: "wrong_columns", 3: "wrong_columns"}
    assert len(_read(path)) == 4


def test_sends_back_undecodable_rows_and_reads_on(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes("编号,人\n1,李\n".encode() + b"2,\xff\xfe\xfa\n" + "3,张\n4,王\n".encode())
    assert _problems(path) == {3: "undecodable"}
    assert len(_read(path)) == 4


def test_loses_one_row_alone_to_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = ['1,"open', *[f"{number},ok" for number in range(2, 200)]]
    path.write_text("no,title\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert _problems(path) == {2: "unclosed_quote"}
    assert len(_read(path)) == 199


def test_keeps_what_was_read_of_a_truncated_archive(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    chance = random.Random(1)
    lines = "".join(f"{number},{chance.random()}\n" for number in range(60_000))
    whole = gzip.compress(f"a,b\n{lines}".encode())
    path.write_bytes(whole[: len(whole) * 3 // 4])
    assert list(_problems(path).values()) == ["file_ends_early"]
    assert len(_read(path)) > 10_000


def test_is_read_from_a_workbook_as_a_person_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        book.add_worksheet("empty")
        sheet = book.add_worksheet("订单")
        sheet.write_row(0, 0, ["编号", "时间", "金额", "有"])
        sheet.write_row(1, 0, [1001, datetime(2020, 2, 21, 8, 30), 12.5, True])
        sheet.write_row(3, 0, ["A-2", "2020-02-22", 0.1 + 0.2, False])
    assert _read(path) == [
        (2, ["1001", "2020-02-21 08:30:00", "12.5", "true"]),
        (4, ["A-2", "2020-02-22", "0.3", "false"]),
    ]


def test_is_read_from_parquet_with_nulls_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    duckdb.execute(
        f"COPY (SELECT 'A' AS no, 6.95::DOUBLE AS price, TIMESTAMP '2009-12-01 07:45:00' AS placed, NULL::INT AS buyer)"
        f" TO '{path}' (FORMAT parquet)"
    )
    assert _read(path) == [(2, ["A", "6.95", "2009-12-01 07:45:00", ""])]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_brings_scattered_rows_of_an_order_together(tmp_path: Path, kind: str) -> None:
    rows = [(f"A{number % 50}", str(number)) for number in range(1_000)]
    path = tmp_path / f"orders.{kind}"
    if kind == "csv":
        path.write_text("no,line\n" + "".join(f"{key},{line}\n" for key, line in rows), encoding="utf-8")
    else:
        lake = duckdb.connect()
        lake.execute("CREATE TABLE t (no VARCHAR, line VARCHAR)")
        lake.executemany("INSERT INTO t VALUES (?, ?)", rows)
        lake.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    with open_rows(path, HINTS) as source:
        groups = {group[0].cells[0]: [row.cells[1] for row in group] for group in source.groups(0)}
    assert len(groups) == 50
    assert groups["A7"] == [str(number) for number in range(7, 1_000, 50)]


def test_passes_rows_without_a_key_on_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("no,line\nA,1\n,2\n,3\nA,4\nB\n", encoding="utf-8")
    with open_rows(path, HINTS) as source:
        groups = [[row.number for row in group] for group in source.groups(0)]
    assert sorted(groups) == [[2, 5], [3], [4], [6]]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b"  \n\n", EmptyFile),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", UnknownFormat),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", UnknownFormat),
        (b"PAR1 but nothing else", UnknownFormat),
        (b"PK\x03\x04 but nothing else", UnknownFormat),
        (b"\x1f\x8b but nothing else", UnknownFormat),
        ("名,\n".encode("shift_jis") + b"a,\xff\xff\nb,\xfe\xfe\nc,\xff\n" * 9, WrongEncoding),
    ],
)
def test_is_refused_with_one_clear_reason(tmp_path: Path, content: bytes, refusal: type[Exception]) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(refusal, match=r"orders\.csv"):
        _read(path)


def test_is_refused_when_it_unpacks_out_of_proportion(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(80):
            file.write((b"a" * 65_535 + b"\n") * 16)
    with pytest.raises(SuspiciousFile):
        _read(path)


def test_is_refused_when_a_line_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"a,b\n" + b"x" * 3_000_000)
    with pytest.raises(SuspiciousFile):
        _read(path)


@pytest.mark.parametrize(("content", "refusal"), [(b"\0", SuspiciousFile), (b"<row/>\n", SuspiciousFile)])
def test_is_refused_as_a_workbook_that_is_a_bomb(tmp_path: Path, content: bytes, refusal: type[Exception]) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", content * (121 * 1024 * 1024 // len(content)))
    with pytest.raises(refusal):
        _read(path)


def test_is_refused_as_a_workbook_that_is_too_big_for_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"x" * (121 * 1024 * 1024))
    with pytest.raises(TooBigWorkbook, match="CSV"):
        _read(path)


@pytest.mark.slow
def test_needs_no_more_memory_when_it_is_big(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("no,title,quantity,price\n")
        for number in range(200_000):
            file.write(f"{number * 7919 % 60_000},a title of some length for number {number},{number % 9 + 1},12.50\n")
    process = psutil.Process()
    before, most, rows = process.memory_info().rss, 0, 0
    with open_rows(path, HINTS) as source:
        for group in source.groups(0):
            rows += len(group)
            if rows % 5_000 < len(group):
                most = max(most, process.memory_info().rss)
    assert rows == 200_000
    assert most - before < 100 * 1024 * 1024


def test_comes_back_with_reasons_that_excel_shows(tmp_path: Path) -> None:
    path = tmp_path / "out" / "rejects.csv"
    sink = open_rejects(path, ["编号", "备注"], ";")
    sink.write(["1", "=cmd|'/C calc'!A1"], "金额不对")
    sink.write(["2", "-5"], "x")
    sink.write(["3", "a", "b"], "wide")
    sink.write(["4"], "short")
    sink.close()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        f"编号;备注;{REASON_COLUMN}",
        "1;'=cmd|'/C calc'!A1;金额不对",
        "2;-5;x",
        '3;"a;b";wide',
        "4;;short",
    ]


def test_is_read_again_without_the_reasons_and_the_shields(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    sink = open_rejects(path, ["编号", "备注"], ",")
    for note in ("=1+1", "+86 138", "'=quoted", "plain", "@home"):
        sink.write(["1", note], "why")
    sink.close()
    with open_rows(path, HINTS) as source:
        assert source.header == ["编号", "备注"]
        assert [row.cells[1] for row in source.rows()] == ["=1+1", "+86 138", "'=quoted", "plain", "@home"]
