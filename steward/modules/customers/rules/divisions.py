"""Index China's administrative divisions by every name people write for them, for look-ups of a few microseconds."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from steward.modules.customers.rules import division_changes
from steward.modules.customers.rules.division_names import division_stem, short_full_name, town_stem

PROVINCE, CITY, DISTRICT, TOWN = 2, 4, 6, 9  # a division's level is the length of its code

# Names of levels that are no place of their own: the municipalities' 市辖区 and 县, the provinces' direct counties.
_HOLDERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
_PROVINCES_SAID_OTHERWISE = {
    "45": ("广西省", "广西自治区"),
    "65": ("新疆省", "新疆自治区"),
    "64": ("宁夏省", "宁夏自治区"),
    "54": ("西藏省",),
    "15": ("内蒙", "内蒙古省"),
    "81": ("香港岛", "九龙", "新界"),
    "82": ("澳门半岛", "澳门外岛"),
    "71": ("台湾",),
}

Codes = tuple[str, ...]
Coordinates = tuple[float, float]


class Name(msgspec.Struct, gc=False):
    """Hold what one name can stand for, by the strength of the claim."""

    full: Codes = ()  # the official name, or one that keeps its rank
    old: Codes = ()  # a name that was merged away: the successors, the likeliest first
    stem: Codes = ()  # a province, city or district without its rank
    zone: Codes = ()  # a development zone: the district its seat lies in
    town_stem: Codes = ()  # a street or town without its rank


class Divisions:
    """Answer what a name stands for and what a code is called; built once per process, never changed.

    Source: ORD-2; provinces, cities, districts and towns as (code, name) with codes of 2, 4, 6 and 9 digits.
    """

    def __init__(
        self,
        *,
        provinces: Iterable[tuple[str, str]],
        cities: Iterable[tuple[str, str]],
        districts: Iterable[tuple[str, str]],
        towns: Iterable[tuple[str, str]],
        old_districts: Iterable[tuple[str, str]] = (),
        coordinates: Mapping[str, Coordinates] | None = None,
        merged: str = "",
        divided: str = "",
        renamed_cities: str = "",
        zones: str = "",
    ) -> None:
        self.names: dict[str, Name] = {}
        self.name_of: dict[str, str] = {}
        self.city_codes: dict[str, Codes] = {}
        self.town_starts: dict[str, set[str]] = {}  # city → the first two characters of its streets and towns
        self._coordinates = dict(coordinates or {})
        self._add_upper(provinces, cities, districts)
        self._add_towns(towns)
        changes = division_changes.Changes(self.districts_named, self.cities_named)
        self.divided: dict[str, Codes] = changes.divided(divided)
        self._add_all("old", changes.merged(merged))
        self._add_all("full", changes.cities(renamed_cities))
        self._add_all("zone", changes.zones(zones))
        self._add_all("zone", changes.packaged_zones(self.name_of))
        self.successors: dict[str, Codes] = {}
        self._reconcile(old_districts)
        self.lengths = self._lengths_by_start()
        self.upper_starts = self._starts_of_upper_names()
        self.find_province = lru_cache(maxsize=1024)(self._find_province)

    def _add(self, kind: str, name: str, code: str) -> None:
        entry = self.names.get(name)
        if entry is None:
            entry = self.names[name] = Name()
        codes: Codes = getattr(entry, kind)
        if code not in codes:
            setattr(entry, kind, (*codes, code))

    def _add_all(self, kind: str, pairs: Iterable[tuple[str, Codes]]) -> None:
        for name, codes in pairs:
            for code in codes:
                self._add(kind, name, code)

    def _add_upper(self, *levels: Iterable[tuple[str, str]]) -> None:
        for level in levels:
            for code, name in level:
                self.name_of[code] = name
                if len(code) == DISTRICT:
                    self.city_codes[code[:CITY]] = (*self.city_codes.get(code[:CITY], ()), code)
                if name in _HOLDERS:
                    continue
                self._add("full", name, code)
                if keeps_rank := short_full_name(name):
                    self._add("full", keeps_rank, code)
                is_taiwan_district = (
                    code.startswith("71") and len(code) == DISTRICT
                )  # 永康 alone is the one in Zhejiang
                if not is_taiwan_district and (stem := division_stem(name)):
                    self._add("stem", stem, code)
                for other in _PROVINCES_SAID_OTHERWISE.get(code, ()):
                    self._add("full", other, code)

    def _add_towns(self, towns: Iterable[tuple[str, str]]) -> None:
        for code, name in towns:
            self.name_of[code] = name
            if len(name) < 2:
                continue
            self.town_starts.setdefault(code[:CITY], set()).add(name[:2])
            self._add("full", name, code)
            if stem := town_stem(name):
                self._add("town_stem", stem, code)

    def _reconcile(self, old_districts: Iterable[tuple[str, str]]) -> None:
        for code, name in old_districts:
            if len(code) != DISTRICT or self.name_of.get(code) == name or code[CITY:] == "00":
                continue
            entry = self.names.get(name, Name())
            stem = self.names.get(division_stem(name) or name, Name()).stem
            same_city = [c for c in (*entry.old, *stem, *entry.full) if len(c) == DISTRICT and c[:CITY] == code[:CITY]]
            anywhere = [c for c in (*entry.full, *entry.old) if len(c) == DISTRICT and c[:PROVINCE] == code[:PROVINCE]]
            if found := tuple(dict.fromkeys(same_city or anywhere)):
                self.successors[code] = found

    def _lengths_by_start(self) -> dict[str, tuple[int, ...]]:
        lengths: dict[str, set[int]] = {}
        for name in self.names:
            lengths.setdefault(name[:2], set()).add(len(name))
        return {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}

    def _starts_of_upper_names(self) -> frozenset[str]:
        """List the first two characters of every full name of a province, city or district, of today or of old."""
        return frozenset(
            name[:2] for name, entry in self.names.items() if entry.old or any(len(c) <= DISTRICT for c in entry.full)
        )

    def districts_named(self, name: str, city: str | None = None) -> Codes:
        """List the codes of the districts that bear this full name, in one city if given."""
        codes = self.names.get(name, Name()).full
        return tuple(c for c in codes if len(c) == DISTRICT and (city is None or c.startswith(city)))

    def cities_named(self, name: str) -> Codes:
        """List the codes of the cities, or municipalities, that bear this full name."""
        codes = self.names.get(name, Name()).full
        return tuple(c for c in codes if len(c) <= CITY)

    def current_codes(self, code: str) -> Codes:
        """List the district codes of today that a code of an earlier year stands for; empty when unknown."""
        if code in self.name_of and code not in self.successors:
            return (code,)
        return self.successors.get(code, ())

    def coordinates_of(self, code: str) -> Coordinates | None:
        """Find longitude and latitude of a district: its own, its predecessor's, else its city's or province's.

        Units: degrees.
        """
        if found := self._coordinates.get(code):
            return found
        for old, new in self.successors.items():
            if code in new and old in self._coordinates:
                return self._coordinates[old]
        return self._coordinates.get(code[:CITY] + "00") or self._coordinates.get(code[:PROVINCE] + "0000")

    def city_name(self, code: str) -> str:
        """State the city of a district or town as an address has it: a municipality is its own city."""
        name = self.name_of.get(code[:CITY], "")
        if name in ("市辖区", "县"):
            return self.name_of[code[:PROVINCE]]
        if name in _HOLDERS:
            return self.name_of[code[:DISTRICT]] if len(code) >= DISTRICT else ""
        return name

    def _find_province(self, name: str) -> str | None:
        entry = self.names.get(name.strip())
        for code in (*entry.full, *entry.stem) if entry else ():
            if len(code) == PROVINCE:
                return self.name_of[code]
        return None
