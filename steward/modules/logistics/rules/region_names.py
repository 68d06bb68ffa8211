"""Read what sheets call a destination into prefixes of district codes: “广东省内/东莞市” is 4419, “新疆省” is 65."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from steward.modules.customers.rules.divisions import CITY, DISTRICT, PROVINCE, Divisions

SEVERAL = re.compile(r"[、,，;；|]")
FILLERS = ("省内", "市内", "全省", "全境", "/", "-", " ", "　")
EVERYWHERE = frozenset({"", "*", "全国", "all", "everywhere"})
AUTONOMOUS = ("自治州县", "自治州", "州县")
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "江浙沪": ("32", "33", "31"),
    "江浙沪皖": ("32", "33", "31", "34"),
    "珠三角": ("4401", "4403", "4404", "4406", "4407", "4412", "4413", "4419", "4420"),
    "京津冀": ("11", "12", "13"),
    "东三省": ("21", "22", "23"),
    "港澳": ("81", "82"),
}


def regions_named(text: str, divisions: Divisions, own: Mapping[str, list[str]] | None = None) -> tuple[str, ...]:
    """List the prefixes a sheet's destination stands for; nothing where a part of it is no place.

    `own` are names the mapping explains itself. Several places may stand together: 浙江、江苏.
    """
    whole = text.strip()
    if own and whole in own:
        return tuple(own[whole])
    if whole.casefold() in EVERYWHERE:
        return ("",)
    found: list[str] = []
    for part in SEVERAL.split(whole):
        codes = _place(part.strip(), divisions)
        if not codes:
            return ()
        found += codes
    return tuple(dict.fromkeys(found))


def _place(name: str, divisions: Divisions) -> list[str]:
    if name.isascii() and name.isdigit() and len(name) in (PROVINCE, CITY, DISTRICT):
        return [name] if name in divisions.name_of else []
    if name in TOGETHER:
        return list(TOGETHER[name])
    for ending in AUTONOMOUS:
        if name.endswith(ending) and (upper := _deepest(name.removesuffix(ending), divisions)):
            return _autonomous_within(upper, divisions) if len(upper) == PROVINCE else [upper]
    code = _deepest(name, divisions)
    return [code] if code else []


def _autonomous_within(province: str, divisions: Divisions) -> list[str]:
    """List a province's autonomous prefectures; of a municipality, which has none, its counties."""
    cities = [code for code, name in divisions.name_of.items() if code.startswith(province) and len(code) == CITY]
    own = [code for code in cities if divisions.name_of[code].endswith("自治州")]
    return own or [code for code in cities if divisions.name_of[code] == "县"]


def _deepest(text: str, divisions: Divisions, within: str = "") -> str:
    """Read names one inside the other, longest first; "" unless all of the text is read."""
    for filler in FILLERS:
        if text.startswith(filler) and within:
            text = text[len(filler) :]
    if not text:
        return within
    for length in range(len(text), 1, -1):
        for code in _codes(text[:length], divisions, within):
            if found := _deepest(text[length:], divisions, code):
                return found
    return ""


def _codes(name: str, divisions: Divisions, within: str) -> Iterator[str]:
    """Yield what a name stands for inside a place, the widest first: 吉林 alone is the province."""
    entry = divisions.names.get(name)
    if entry is None:
        return
    fitting = {code for code in (*entry.full, *entry.old, *entry.stem) if len(code) <= DISTRICT}
    yield from sorted((code for code in fitting if code.startswith(within) and code != within), key=len)
