"""Turn octets into text whatever their label says: labels of e-mails lie, most of all about Chinese.

gb2312 is called what is GBK or GB 18030; nothing at all, us-ascii or iso-8859-1 what is UTF-8 or GBK; and labels exist
that nobody knows.
"""

from __future__ import annotations

import codecs
import re

# What is written under a name, where it is more than the name says.
REALLY = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "cp936": "gb18030",
    "936": "gb18030",
    "x-gbk": "gb18030",
    "chinese": "gb18030",
    "gb18030-2022": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
}
# Labels that fit any octets, so that what fits another encoding strictly is more likely that.
CARELESS = frozenset(
    {"", "us-ascii", "ascii", "ansi_x3.4-1968", "cp1252", "unknown-8bit", "8bit", "binary", "x-unknown"}
)
PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\x81-\xfe][\x40-\xfe])*")
NEITHER_TEXT_NOR_SAFE = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7"})


def decoded(octets: bytes, label: str = "") -> str:
    """Read octets as text; the label is believed where they fit it. Never raises; what fits nothing is marked “�”."""
    name = label.strip().strip("\"'").lower()
    name = REALLY.get(name, name)
    if name not in CARELESS and _is_known(name):
        read = _strictly(octets, name)
        if read is not None:
            return read
    for likely in ("utf-8", "gb18030"):
        if likely == "gb18030" and name == "cp1252" and not _looks_chinese(octets):
            continue
        read = _strictly(octets, likely)
        if read is not None:
            return read
    fallback = name if _is_known(name) and name not in CARELESS else "cp1252" if name == "cp1252" else "utf-8"
    return octets.decode(fallback, "replace")


def _strictly(octets: bytes, name: str) -> str | None:
    try:
        return octets.decode(name)
    except (UnicodeError, ValueError):
        return None


def _is_known(name: str) -> bool:
    """Tell whether Python reads such text; its codecs that are no text encodings are not meant."""
    try:
        return codecs.lookup(name)._is_text_encoding and name not in NEITHER_TEXT_NOR_SAFE
    except (LookupError, ValueError):
        return False


def _looks_chinese(octets: bytes) -> bool:
    """Tell whether octets above 127 come in pairs and read as common Chinese."""
    if not PAIRS.fullmatch(octets):
        return False
    read = _strictly(octets, "gb18030")
    if read is None:
        return False
    foreign = [letter for letter in read if ord(letter) > 127]
    chinese = sum(
        "\u4e00" <= letter <= "\u9fff" or "\u3000" <= letter <= "\u303f" or "\uff00" <= letter <= "\uffef"
        for letter in foreign
    )
    return bool(foreign) and chinese / len(foreign) > 0.9
