"""Labels in ZPL II, the language of Zebra's and compatible label printers, 100 × 150 mm at 203 dpi.

Source: Zebra Programming Guide for ZPL II: ^CI28 (UTF-8), ^FH (hexadecimal escapes), ^BC (Code 128), ^BQ (QR).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steward.modules.logistics.ports import ParcelLabel

WIDTH_DOTS, HEIGHT_DOTS = 800, 1_200
# The printer's own Chinese font; ^CW lets the letter Z stand for it.
CHINESE_FONT = "E:SIMSUN.TTF"
_COMMANDS = {"^": "_5E", "~": "_7E", "_": "_5F", "\\": "_5C"}


def document(labels: Sequence[ParcelLabel], words: Mapping[str, str]) -> str:
    """Write all labels, one after another."""
    return "\n".join(one_label(label, words) for label in labels) + "\n"


def one_label(label: ParcelLabel, words: Mapping[str, str]) -> str:
    """Write one label. What people typed cannot become a command: control characters are escaped."""
    number = label.tracking_number or label.code
    rows = [
        "^XA",
        f"^CWZ,{CHINESE_FONT}",
        f"^CI28^PW{WIDTH_DOTS}^LL{HEIGHT_DOTS}",
        _text(40, 40, 48, f"{label.carrier} {label.service}"),
        _text(640, 48, 32, f"{label.position}/{label.of}"),
        f"^FO80,120^BY3,2.5,150^BCN,150,Y,N,N^FH^FD{_escaped(number)}^FS",
        "^FO40,330^GB720,3,3^FS",
        _text(40, 350, 30, words["to"]),
        _text(40, 395, 46, f"{label.name} {label.phone}"),
        _text(40, 455, 38, label.region),
        _text(40, 505, 34, label.street[:40]),
        _text(40, 550, 34, label.street[40:80]),
        "^FO40,610^GB720,3,3^FS",
        _text(40, 630, 30, f"{words['from']} {label.sender}"),
        _text(40, 680, 30, f"{words['order']} {label.order_number}"),
        _text(40, 725, 30, f"{words['weight']} {label.weight_g / 1000:.2f} kg"),
        _text(40, 780, 44, label.care),
        f"^FO560,630^BQN,2,6^FH^FDMA,{_escaped(label.code)}^FS",
        _text(40, 860, 30, label.code),
        "^XZ",
    ]
    return "\n".join(row for row in rows if row)


def _text(across: int, down: int, height: int, text: str) -> str:
    return f"^FO{across},{down}^AZN,{height},{height}^FH^FD{_escaped(text)}^FS" if text.strip() else ""


def _escaped(text: str) -> str:
    return "".join(_COMMANDS.get(char, char) for char in text if char.isprintable())
