"""Write the spreadsheet that the shipped mapping `steward` reads."""

from __future__ import annotations

import csv
from pathlib import Path

import xlsxwriter

from steward.modules.orders.rules.mapping_shape import INSTANTS
from steward.modules.orders.rules.shipped_mappings import STEWARD


def write_template(path: Path, *, language: str = "zh") -> None:
    """Write a file with every column and no rows: XLSX where the name says so, else CSV that Excel reads.

    `language` zh takes the Chinese names of the columns, anything else the English ones.
    """
    names = [rule["columns"][0 if language.startswith("zh") else 1] for rule in STEWARD["fields"].values()]
    if path.suffix.lower() != ".xlsx":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerow(names)
        return
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("订单 orders")
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 1})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for place, (name, field) in enumerate(zip(names, STEWARD["fields"], strict=True)):
            sheet.set_column(place, place, 18, instant if field in INSTANTS else text)
            sheet.write_string(0, place, name, head)
        sheet.freeze_panes(1, 1)
