"""Word what an address check found as findings: what is missing, old, repeated or contradicts itself."""

from typing import Literal

from steward.kernel.findings import Finding
from steward.modules.customers.rules.division_changes import is_statistical_zone
from steward.modules.customers.rules.division_scope import Reading
from steward.modules.customers.rules.divisions import CITY, DISTRICT, PROVINCE, TOWN, Codes, Divisions

Severity = Literal["error", "warning"]
_MUNICIPALITIES = ("11", "12", "31", "50", "81", "82")
_AMBIGUOUS_SHOWN = 5


def place_names(code: str, divisions: Divisions) -> dict[str, str]:
    """State the names a district code spells out, as the fields of an address."""
    names = {"province": divisions.name_of[code[:PROVINCE]], "city": divisions.city_name(code)}
    if len(code) >= DISTRICT:
        names["district"] = divisions.name_of[code[:DISTRICT]]
    return {field: name for field, name in names.items() if name}


def missing_parts(code: str, named: dict[int, str], divisions: Divisions) -> list[Finding]:
    """List the parts nobody wrote although the others imply them, each with its completion."""
    found = []
    names = place_names(code, divisions)
    is_own_city = code[:PROVINCE] in _MUNICIPALITIES or names["city"] == names["district"]
    if CITY not in named and not (is_own_city and (PROVINCE in named or DISTRICT in named)):
        mend = {field: names[field] for field in ("province", "city")}
        found.append(Finding("city", "city_missing", "warning", {"district": names["district"]}, mend))
    if DISTRICT not in named and names["city"] != names["district"]:
        implied_by = named.get(TOWN, "")
        mend = {"district": names["district"]}
        found.append(Finding("district", "district_missing", "warning", {"implied_by": implied_by}, mend))
    return found


def old_name(code: str, reading: Reading, divisions: Divisions) -> list[Finding]:
    """List the name that is no longer, or no longer here, with its successor."""
    new = divisions.name_of[code[:DISTRICT]]
    word = reading.old_name
    if not word and (spoken := reading.named.get(DISTRICT)) and spoken in divisions.names:
        claimed = divisions.names[spoken]
        known = (*claimed.full, *claimed.stem, *claimed.zone)
        if code[:DISTRICT] not in known and any(c in divisions.divided for c in known):
            word = spoken
    if not word or word == new:
        return []
    return [Finding("district", "district_renamed", "warning", {"old": word, "new": new}, {"district": new})]


def stray_town(code: str, reading: Reading, divisions: Divisions) -> list[Finding]:
    """List a street or town that lies in another district of the same city than the one named."""
    if not reading.strayed_town or is_statistical_zone(code):
        return []
    other = reading.strayed_codes[0]
    params = {"town": reading.strayed_town, "district": divisions.name_of[code[:DISTRICT]]}
    return [
        Finding(
            "district", "address_conflict", "warning", params, {"district": place_names(other, divisions)["district"]}
        )
    ]


def repeated_parts(text: str, reading: Reading, is_in_fields: bool) -> list[Finding]:
    """List administrative parts that stand twice, with the text as it reads without them."""
    if not reading.repeated:
        return []
    kept = (TOWN,) if is_in_fields else (PROVINCE, CITY, DISTRICT, TOWN)
    mended = "".join(reading.named[level] for level in kept if level in reading.named) + text[reading.end :]
    params = {"parts": " ".join(dict.fromkeys(reading.repeated))}
    return [Finding("street_text", "parts_repeated", "warning", params, {"street_text": mended})]


def unresolved(candidates: Codes, divisions: Divisions) -> Finding:
    """Word why no district came out: nothing known at all, several of that name, or none named."""
    if not candidates:
        return Finding("street_text", "address_unresolved", "error")
    if all(len(code) >= DISTRICT for code in candidates):
        shown = ["".join(place_names(code, divisions).values()) for code in candidates[:_AMBIGUOUS_SHOWN]]
        return Finding("district", "district_ambiguous", "error", {"candidates": " / ".join(shown)})
    within = "".join(
        dict.fromkeys(divisions.name_of[code] for code in candidates[:_AMBIGUOUS_SHOWN] if len(code) == PROVINCE)
    )
    if len(candidates) == 1:
        within = "".join(dict.fromkeys(place_names(candidates[0], divisions).values()))
    return Finding("district", "district_missing", "error", {"within": within})


def outside(field: str, typed: str, codes: Codes, divisions: Divisions) -> Finding:
    """Word a district or city that does not lie in what was named before it."""
    code = "district_not_in_city" if field == "district" else "address_conflict"
    mend = place_names(codes[0], divisions) if len(codes) == 1 else None
    return Finding(field, code, "error", {"typed": typed}, mend)


def unknown(field: str, typed: str, within: Codes, divisions: Divisions) -> Finding:
    """Word a name nobody knows, with the one neighbour that differs by a single character."""
    cities = {code[:CITY] for code in within if len(code) >= CITY}
    near = [
        name
        for city in sorted(cities)
        for code in divisions.city_codes.get(city, ())
        if _differs_by_one(typed, name := divisions.name_of[code])
    ]
    mend = {field: near[0]} if field == "district" and len(near) == 1 else None
    return Finding(field, f"{field}_unknown", "error", {"typed": typed}, mend)


def _differs_by_one(typed: str, name: str) -> bool:
    return len(typed) == len(name) > 2 and sum(a != b for a, b in zip(typed, name, strict=True)) == 1
