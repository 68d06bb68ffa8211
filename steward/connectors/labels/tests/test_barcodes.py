"""Whether what is drawn can be read again."""

from __future__ import annotations

import re

from barcode.charsets.code128 import CODES, STOP, B
from hypothesis import given
from hypothesis import strategies as st

from steward.connectors.labels.barcodes import QUIET, code128_svg, qr_svg
from steward.connectors.labels.zpl import one_label
from steward.modules.logistics.ports import ParcelLabel

WORDS = {"to": "收", "from": "寄", "order": "订单", "weight": "重量"}


def _modules(svg: str) -> str:
    """Read the bars of a drawing back as light and dark modules, without the quiet zones."""
    bars = [(int(at), int(width)) for at, width in re.findall(r"M(\d+) 0h(\d+)v", svg)]
    row = "".join("0" * (at - end) + "1" * width for (at, width), end in zip(bars, _ends(bars), strict=True))
    assert bars[0][0] == QUIET
    return row


def _ends(bars: list[tuple[int, int]]) -> list[int]:
    return [bars[0][0], *(at + width for at, width in bars[:-1])]


def test_a_code_128_holds_start_check_digit_and_stop() -> None:
    modules = _modules(code128_svg("SF1234567890123"))

    values = [CODES.index(modules[at : at + 11]) for at in range(0, len(modules) - 13, 11)]
    start, *data, check = values

    assert modules.endswith("1100011101011")
    assert start in (103, 104, 105)
    assert check == (start + sum(value * place for place, value in enumerate(data, 1))) % 103
    assert STOP not in data
    assert data[0] == B["S"] or start != 104


def test_a_qr_code_is_a_drawing_without_a_head() -> None:
    assert qr_svg("SH-2026-000001-1").startswith("<svg")


@given(st.text(max_size=30))
def test_no_text_of_anybody_ends_a_field_of_the_printer(text: str) -> None:
    label = ParcelLabel(
        code="SH-1-1",
        tracking_number="SF1",
        carrier="顺丰",
        service="标快",
        order_number="SO-1",
        position=1,
        of=1,
        weight_g=1,
        name=text,
        phone="",
        region="",
        street=text,
        sender="杭州仓",
    )

    plain = one_label(label, WORDS)

    assert plain.count("^XA") == plain.count("^XZ") == 1
    assert "~" not in plain
