"""Read the administrative parts off the front of a free-text Chinese address, narrowing the divisions they can mean."""

import re

from steward.modules.customers.rules.division_changes import is_statistical_zone
from steward.modules.customers.rules.division_scope import (
    Reading,
    Scope,
    district_codes,
    level_of,
    narrow,
    upper_first,
    without_refinements,
)
from steward.modules.customers.rules.divisions import CITY, DISTRICT, TOWN, Codes, Divisions, Name

_SKIP = re.compile(
    r"(?:[\s,，、.。/|;；:：_\-—()（）]|中国|中华人民共和国|市辖区|其[它他]区|省直辖县级行政区划|自治区直辖县级行政区划|市区|全境)+"
)
_SKIP_STARTS = frozenset(" \t,，、.。/|;；:：_-—()（）中市其省全自")
# What makes the name before it a road, an estate or a company and no division: 杭州路, 上海花园, 西湖新村.
_NO_PLACE = re.compile(
    r"[东南西北中]?[一二三四五六七八九十\d]{0,3}(?:大?路(?!桥)|街(?!道)|大街|大道|道(?!镇|乡)|巷|胡同)"
    r"|新?村|花园|花苑|家园|小区|公寓|大厦|大酒店|宾馆|大桥|[中小大]学"
)
_NO_TOWN = re.compile(r"[东南西北中]?[一二三四五六七八九十\d]{0,3}(?:大?路|街|大道|巷|弄|花园|小区|公寓|大厦)")
_TOWN_RANK = re.compile(r"街道办事处|街道|镇|乡")
# Zones that every second city has: they say nothing without a city.
_COMMON_ZONE = re.compile(r"(?:国家|滨海|东部|火炬|科学|示范|保税|经济|经开|高新|工业|开发|新|园)")
_RANK = re.compile(r"街道办事处|街道|自治[区州县旗]|[省市区县旗镇乡](?!委)")
_ROAD_ENDS = "路街道巷弄"
_PLACE_ENDS = "路街道巷里弄桥园村"
_SCAN_CHARS = 48


class Reader:
    """Read texts against one index; holds no state between texts."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._names = divisions.names
        self._lengths = divisions.lengths

    def read(self, text: str, scope: Scope = None, start: int = 0) -> Reading:
        """Read division names one after the other from `start` until something else stands there."""
        reading = Reading(scope, start, {}, [])
        size = len(text)
        while reading.end < size and not reading.conflict:
            position = reading.end
            if text[position] in _SKIP_STARTS and (skipped := _SKIP.match(text, position)):
                position = skipped.end()
            if not self._step(text, position, reading):
                break
        return reading

    def can_add(self, text: str, scope: Scope) -> bool:
        """Tell whether a text can add to, repeat or contradict one exact district; cheap, mostly no."""
        start = text[:2]
        if start in self._divisions.upper_starts or text[0] in _SKIP_STARTS:
            return True
        return any(start in self._divisions.town_starts.get(code[:CITY], ()) for code in scope or ())

    def scan(self, text: str, reading: Reading) -> Reading:
        """Look further into a text for a full name that settles the district; the reading unchanged if none does."""
        scope = None if level_of(reading.scope) == TOWN else reading.scope
        for position in range(reading.end, min(len(text) - 2, reading.end + _SCAN_CHARS)):
            for length in self._lengths.get(text[position : position + 2], ()):
                entry = self._names.get(text[position : position + length])
                if entry is None or not self._starts_inside(text, position + length, entry):
                    continue
                later = self.read(text, scope, position)
                if len(district_codes(later.scope)) == 1 and (length > 2 or len(later.named) > 1):
                    later.named = {**reading.named, **later.named}
                    later.is_found_inside, later.repeated = True, reading.repeated
                    later.end = reading.end
                    return later
        return reading

    def _starts_inside(self, text: str, end: int, entry: Name) -> bool:
        """Tell whether a name inside the text is worth reading on from: a full one, a city, a town with its rank."""
        if entry.full or entry.old:
            return True
        return any(len(c) == CITY for c in entry.stem) or bool(entry.town_stem and _TOWN_RANK.match(text, end))

    def _step(self, text: str, position: int, reading: Reading) -> bool:
        """Take the longest name at the position that fits the scope; note a full name that does not fit."""
        stray: tuple[str, Codes] | None = None
        short_towns: list[str] = []
        for length in self._lengths.get(text[position : position + 2], ()):
            name = text[position : position + length]
            entry = self._names.get(name)
            if entry is None or len(name) < length:
                continue
            if short_towns and not entry.full and not self._goes_on(text, position + length, entry.stem):
                continue
            if self._take(text, position, name, entry, reading):
                return True
            if entry.town_stem and reading.scope is None:
                short_towns.append(name)
            if stray is None and (entry.full or entry.old):
                stray = name, entry.full or entry.old
        for name in short_towns:
            if self._take_short_town(text, name, self._names[name].town_stem, position + len(name), reading):
                return True
        if stray is not None and reading.scope is not None:
            self._note_stray(position, *stray, reading)
        return False

    def _goes_on(self, text: str, end: int, codes: Codes) -> bool:
        """Tell whether a part of these divisions is named next: 三门|海游街道 against 三门海|游…"""
        return bool(codes and self.read(text, codes, end).named)

    def _take(self, text: str, position: int, name: str, entry: Name, reading: Reading) -> bool:
        end, scope = position + len(name), reading.scope
        if entry.full and (found := self._narrow_or_divide(scope, entry.full)):
            self._accept(name, upper_first(found), end, reading)
            return True
        if entry.old and (found := self._narrow_or_divide(scope, entry.old)):
            self._accept(name, found, end, reading)
            reading.old_name = name
            return True
        if entry.stem and (found := narrow(scope, entry.stem)) and self._is_stem_here(text, end, entry, found, scope):
            reading.is_by_stem = True
            after = self._after_rank(text, end, found, name, reading)
            self._accept(name, without_refinements(found), after, reading)
            return True
        if entry.zone and self._take_zone(name, entry.zone, end, reading):
            return True
        if not entry.town_stem or not (scope or _TOWN_RANK.match(text, end)):
            return False  # where nothing is said yet, 三门海 must not win over 三门 before 海游街道
        return self._take_short_town(text, name, entry.town_stem, end, reading)

    def _take_zone(self, name: str, codes: Codes, end: int, reading: Reading) -> bool:
        """Let a zone imply its district; behind a district it is only skipped, or decides between two successors."""
        scope = reading.scope
        found = self._narrow_or_divide(scope, codes)
        if level_of(scope) >= DISTRICT:
            if any(code.startswith(held[:CITY]) for code in codes for held in scope or ()):
                reading.scope, reading.end = found or scope, end
                return True
            return False
        if not found or (level_of(scope) < CITY and (len(found) > 1 or _COMMON_ZONE.match(name))):
            return False
        self._accept(name, found, end, reading)
        reading.is_by_zone = True
        return True

    def _take_short_town(self, text: str, name: str, codes: Codes, end: int, reading: Reading) -> bool:
        """Let a street or town without its rank, or with an older one, narrow the scope where it leaves one."""
        rank = _TOWN_RANK.match(text, end)
        if not rank and (name[-1] in (_ROAD_ENDS if reading.scope else _PLACE_ENDS) or _NO_TOWN.match(text, end)):
            return False
        if level_of(reading.scope) >= TOWN or not (found := self._narrow_or_divide(reading.scope, codes)):
            return False
        if len(found) > 1 and not rank:
            return False
        reading.is_by_stem = True
        self._accept(name, found, rank.end() if rank else end, reading)
        return True

    def _narrow_or_divide(self, scope: Scope, codes: Codes) -> Codes:
        """Narrow; where nothing is left, let a district that was divided stand for those cut out of it too."""
        found = narrow(scope, codes)
        if found or not scope:
            return found
        heirs = tuple(heir for code in scope for heir in self._divisions.divided.get(code, ()))
        return narrow(heirs, codes) if heirs else ()

    def _is_stem_here(self, text: str, end: int, entry: Name, found: Codes, scope: Scope) -> bool:
        if entry.town_stem and _TOWN_RANK.match(text, end):
            return False  # 鲤城镇 is a town and not the district 鲤城区
        if scope is not None and level_of(scope) >= DISTRICT and len(found) >= len(scope):
            return False  # a short name that says nothing new is more likely part of what follows
        return not _NO_PLACE.match(text, end)

    def _after_rank(self, text: str, end: int, found: Codes, name: str, reading: Reading) -> int:
        """Skip a rank the division does not have (any more): 上虞市, now 上虞区."""
        rank = _RANK.match(text, end)
        if not rank or rank[0][0] in "街镇乡":
            return end
        if all(len(code) >= DISTRICT for code in found):
            reading.old_name = name + rank[0]
        return rank.end()

    def _accept(self, name: str, found: Codes, end: int, reading: Reading) -> None:
        before = reading.named.get(level_of(found))
        if before or (reading.scope is not None and set(found) == set(reading.scope)):
            reading.repeated.append(name)
            if reading.restart < 0:
                reading.restart = end - len(name)
        else:
            reading.named[level_of(found)] = name
        reading.scope, reading.end = found, end

    def _note_stray(self, position: int, name: str, codes: Codes, reading: Reading) -> None:
        """Note a full name that lies outside what was said before; a zone or a town elsewhere proves little."""
        real = tuple(c for c in codes if not is_statistical_zone(c))
        upper = tuple(c for c in real if len(c) <= DISTRICT)
        if upper and level_of(reading.scope) >= DISTRICT and name.endswith("新区"):
            return  # every second county has a new area of its own
        if upper:
            reading.conflict, reading.conflict_codes = name, upper
            reading.end = position
            return
        cities = {held[:CITY] for held in reading.scope or () if len(held) >= CITY}
        nearby = tuple(c for c in real if c[:CITY] in cities)
        if len({c[:DISTRICT] for c in nearby}) == 1:
            reading.strayed_town, reading.strayed_codes = name, nearby
