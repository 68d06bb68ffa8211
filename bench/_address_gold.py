"""Work out from the labels of zh_addresses which district an address names or implies, without the parser under test.

The procedure, told in full in bench/addresses.py, reads labels only, never the text of the address, and compares them
with the divisions of 2023 by plain equality. It shares one thing with the parser: the table of merged and divided
districts, because only that table knows the successor of 下城区.
"""

import csv
import gzip
import importlib.util
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from steward.modules.customers.rules import division_facts

_RANKS = (
    "街道办事处",
    "街道",
    "地区",
    "自治州",
    "自治县",
    "自治旗",
    "省",
    "市",
    "区",
    "县",
    "旗",
    "盟",
    "州",
    "镇",
    "乡",
)
_HOLDERS = ("市辖区", "县", "其它区", "其他区")


class Row(NamedTuple):
    """Hold one labelled address with the districts that count as right, and how the labels say so."""

    split: str
    text: str
    right: frozenset[str]
    kind: str  # names | implies | the reason why it is not counted
    has_district_label: bool


def _bare(name: str) -> str:
    for rank in _RANKS:
        if name.endswith(rank) and len(name) - len(rank) >= 2:
            return name[: -len(rank)]
    return name


def _pairs(path: Path) -> list[tuple[str, str]]:
    return [(row["code"], row["name"]) for row in json.loads(path.read_text(encoding="utf-8"))]


class Gold:
    """Look labels up in the tables of divisions."""

    def __init__(self, china_division: Path) -> None:
        self.provinces = _pairs(china_division / "provinces.json")
        self.cities = [pair for pair in _pairs(china_division / "cities.json") if pair[1] not in _HOLDERS]
        self.districts = [p for p in _pairs(china_division / "areas.json") if p[0][4] != "7"]
        self.by_name: dict[str, set[str]] = defaultdict(set)
        self.by_bare: dict[str, set[str]] = defaultdict(set)
        for code, name in self.districts:
            self.by_name[name].add(code)
            self.by_bare[_bare(name)].add(code)
        self.towns: dict[str, set[str]] = defaultdict(set)
        self.bare_towns: dict[str, set[str]] = defaultdict(set)
        for code, name in _pairs(china_division / "streets.json"):
            self.towns[name].add(code[:6])
            self.bare_towns[_bare(name)].add(code[:6])
        self.old: dict[str, set[str]] = defaultdict(set)
        self.heirs: dict[str, set[str]] = {}
        self._read_facts()

    def _read_facts(self) -> None:
        city_code = {name: code for code, name in self.cities + self.provinces}
        for table in (division_facts.MERGED, division_facts.DIVIDED):
            for line in table.strip().splitlines():
                left, right = (side.split() for side in line.split(" > "))
                new: set[str] = set()
                for successor in right:
                    city, _, name = successor.rpartition("/")
                    prefix = city_code.get(city or left[1], "none")
                    new |= {code for code in self.by_name[name] if code.startswith(prefix)}
                for name in left[2:]:
                    if table == division_facts.MERGED:
                        self.old[name] |= new
                    else:
                        for code in self.by_name[name]:
                            if code in new:
                                self.heirs[code] = new
        spec = importlib.util.find_spec("cpca")
        assert spec is not None
        assert spec.submodule_search_locations
        table_2020 = Path(spec.submodule_search_locations[0]) / "resources" / "adcodes.csv"
        with table_2020.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                name, city = row["name"], row["adcode"][:4]
                if name not in self.by_name:
                    self.old[name] |= {c for c in self.by_bare[_bare(name)] if c.startswith(city)}

    def _upper(self, labels: list[str], level: Iterable[tuple[str, str]]) -> set[str]:
        return {code for label in labels for code, name in level if name == label or _shortens(label, name)}

    def _named(self, label: str) -> set[str]:
        if label in _HOLDERS:
            return set()
        if found := self.by_name.get(label) or self.old.get(label) or self.by_bare.get(_bare(label)):
            return found
        return {code for code, name in self.districts if "自治" in name and _shortens(label, name)}

    def _towns_called(self, label: str) -> set[str]:
        return self.towns.get(label) or self.bare_towns.get(_bare(label)) or set()

    def right_districts(self, labels: list[tuple[str, str]]) -> tuple[frozenset[str], str]:
        """Work out the acceptable districts of one address and how its labels give them."""
        said: dict[str, list[str]] = defaultdict(list)
        for label, words in labels:
            said[label].append(words)
        prefixes = self._upper(said["prov"], self.provinces)
        cities = self._upper(said["city"], self.cities)
        counties = [words for words in said["city"] if not self._upper([words], self.cities + self.provinces)]
        scopes = [scope for scope in (prefixes, cities) if scope]
        named = said["district"] + [words for words in counties if self._named(words)]
        in_scope = [{c for c in self._named(w) if all(c.startswith(tuple(s)) for s in scopes)} for w in named]
        towns = [
            {c for c in self._towns_called(w) if all(c.startswith(tuple(s)) for s in scopes)} for w in said["town"]
        ]
        if named:
            return self._from_names(in_scope, towns)
        found = set.intersection(*towns) if towns else set()
        if len(found) == 1:
            return frozenset(found), "implies"
        return frozenset(), "no district, no unique town"

    def _from_names(self, in_scope: list[set[str]], towns: list[set[str]]) -> tuple[frozenset[str], str]:
        if not all(in_scope):
            return frozenset(), "district label unknown or outside its city label"
        found = set.intersection(*in_scope)
        if not found:
            return frozenset(), "labels name two districts"
        found = found.union(*(self.heirs.get(code, set()) for code in found))
        for town in towns:
            found = found & town or found
        if len({code[:4] for code in found}) > 1:
            return frozenset(), "several districts bear the name"
        return frozenset(found), "names"


def _shortens(label: str, name: str) -> bool:
    """Tell whether a label is a name without its rank, or without the peoples an autonomous division names."""
    bare = _bare(label)
    return len(bare) >= 2 and (_bare(name) == bare or ("自治" in name and name.startswith(bare)))


def labelled_rows(file: Path, gold: Gold) -> Iterator[Row]:
    """Read the data set with the acceptable districts of every row."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            labels = [(label, words) for label, words in json.loads(row["spans"])]
            right, kind = gold.right_districts(labels)
            yield Row(row["split"], row["address"], right, kind, any(label == "district" for label, _ in labels))


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """Count rows by kind."""
    return dict(Counter(row.kind for row in rows).most_common())
