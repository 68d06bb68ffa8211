"""Read the tables of division facts into codes of today: successors of old names, divided districts, zones."""

from collections.abc import Callable, Iterator, Mapping

Codes = tuple[str, ...]


class UnknownDivision(ValueError):
    """Refuse a fact that names a division which does not exist today; the table has to be mended."""

    code = "unknown_division"


def _rows(table: str) -> Iterator[tuple[list[str], list[str]]]:
    for line in table.strip().splitlines():
        left, _, right = line.partition(" > ")
        yield left.split(), right.split()


class Changes:
    """Translate facts written in names into codes; `districts_named` and `cities_named` look names up in the index."""

    def __init__(self, districts_named: Callable[..., Codes], cities_named: Callable[[str], Codes]) -> None:
        self._districts_named = districts_named
        self._cities_named = cities_named

    def _district(self, city: str, name: str) -> str:
        city, _, district = name.partition("/") if "/" in name else (city, "", name)
        for city_code in self._cities_named(city):
            for code in self._districts_named(district, city_code):
                return code
        raise UnknownDivision(f"{city} {district}")

    def merged(self, table: str) -> Iterator[tuple[str, Codes]]:
        """List old names with the codes of their successors, the likeliest first. Raises: UnknownDivision."""
        for (_year, city, *old), new in _rows(table):
            codes = tuple(self._district(city, name) for name in new)
            for name in old:
                yield name, codes

    def divided(self, table: str) -> dict[str, Codes]:
        """Map the code of a district that lost ground to itself and those who took it. Raises: UnknownDivision."""
        found = {}
        for (_year, city, name), new in _rows(table):
            found[self._district(city, name)] = tuple(self._district(city, other) for other in new)
        return found

    def cities(self, table: str) -> Iterator[tuple[str, Codes]]:
        """List old names of cities with their codes of today."""
        for (_year, old), (new,) in _rows(table):
            yield old, self._cities_named(new)

    def zones(self, table: str) -> Iterator[tuple[str, Codes]]:
        """List names of zones with the district their seat lies in. Raises: UnknownDivision."""
        for (city, *names), (district,) in _rows(table):
            for name in names:
                yield name, (self._district(city, district),)

    def packaged_zones(self, name_of: Mapping[str, str]) -> Iterator[tuple[str, Codes]]:
        """List the everyday names of zones that the statistics office gives codes of their own (last digits 71–79)."""
        for code, name in name_of.items():
            if len(code) == 6 and is_statistical_zone(code):
                for everyday in _everyday_zone_names(name):
                    yield everyday, (code,)


def is_statistical_zone(code: str) -> bool:
    """Tell a zone that the statistics office counts like a district (codes ending 71–79) from a real district."""
    return code[4:5] == "7"


def _everyday_zone_names(name: str) -> tuple[str, ...]:
    if "高新" in name or "高技术" in name:
        return ("高新区", "高新技术开发区", "高新技术产业开发区", "高新开发区")
    if "经济" in name and "开发区" in name:
        return ("经济技术开发区", "经济开发区", "经开区", "开发区")
    if "示范区" in name:
        return ("示范区", "城乡一体化示范区")
    return ()
