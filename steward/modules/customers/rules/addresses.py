"""Check a Chinese delivery address against the administrative divisions: complete it, doubt it, never change it."""

import re
from functools import lru_cache

import msgspec

from steward.kernel.findings import Finding
from steward.modules.customers.rules import address_findings as say
from steward.modules.customers.rules.address_text import Reader
from steward.modules.customers.rules.division_changes import is_statistical_zone
from steward.modules.customers.rules.division_scope import Reading, Scope, district_codes, narrow
from steward.modules.customers.rules.divisions import CITY, DISTRICT, PROVINCE, TOWN, Codes, Divisions

_FIELDS_CACHED = 65_536
_PLACEHOLDERS = frozenset(
    ("", "无", "其他", "其它", "其他区", "其它区", "市辖区", "县", "省直辖县级行政区划", "直辖县", "-", "/")
)
_TYPO = re.compile(r"[\u4e00-\u9fff]{1,4}?[区县市]")


class AddressCheck(msgspec.Struct, frozen=True, gc=False):
    """State what an address comes down to; beside what was typed, never in its place.

    `confidence` is a share 0–1: 1 exact fields, 0.98 spelt out in the text, 0.9 short names, 0.85 implied by a
    street or town (0.7 by its short name), 0.65 by a zone, 0.6 found inside the text or one of several successors, 0.5
    against a contradiction.
    """

    province: str | None = None
    city: str | None = None
    district: str | None = None
    district_code: str | None = None
    town: str | None = None
    town_code: str | None = None
    detail: str = ""  # the street text behind the administrative parts
    confidence: float = 0.0
    findings: tuple[Finding, ...] = ()

    @property
    def is_resolved(self) -> bool:
        """Tell whether one district stands fast."""
        return self.district_code is not None


class _Fields(msgspec.Struct, frozen=True):
    scope: Scope
    named: dict[int, str]
    old_name: str
    findings: tuple[Finding, ...]
    plain: AddressCheck | None = None  # the answer where the fields are exact and the text adds nothing


def _with_detail(plain: AddressCheck, detail: str) -> AddressCheck:
    return AddressCheck(
        plain.province, plain.city, plain.district, plain.district_code, None, None, detail, plain.confidence
    )


class AddressChecker:
    """Check addresses against one index; remembers the triples of fields it has seen.

    Units: about 3 µs for three exact fields, 10–60 µs for free text (`python -m bench addresses`).
    """

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._reader = Reader(divisions)
        self._fields = lru_cache(maxsize=_FIELDS_CACHED)(self._read_fields)

    def check(self, province: str, city: str, district: str, street_text: str) -> AddressCheck:
        """Check one address: fields first, then what the text adds to or says against them."""
        fields = self._fields(province, city, district)
        text = "".join(street_text.split())
        plain = fields.plain
        if plain and text and not self._reader.can_add(text, fields.scope):
            return _with_detail(plain, text)
        reading = self._reader.read(text, fields.scope)
        if plain and text and reading.end == 0 and not reading.conflict and not reading.strayed_town:
            return _with_detail(plain, text)
        findings = list(fields.findings)
        if reading.conflict:
            reading = self._settle_conflict(text, fields, reading, findings)
        code, confidence = self._district(fields, reading)
        is_weak = reading.is_by_stem and reading.named.keys() == {TOWN} and not fields.scope
        if code is None or is_weak:
            inside = self._reader.scan(text, reading)
            if code is None or (inside is not reading and (inside.named.keys() & {PROVINCE, CITY})):
                reading = inside
                code, confidence = self._district(fields, reading)
        return self._result(text, fields, reading, code, confidence, findings)

    def _read_fields(self, province: str, city: str, district: str) -> _Fields:
        fields = self._read_three(province, city, district)
        codes = district_codes(fields.scope)
        if len(codes) != 1 or fields.findings:
            return fields
        reading = Reading(scope=fields.scope, named=fields.named, repeated=[])
        plain = self._result("-1", fields, reading, codes[0], 1.0, [])
        return msgspec.structs.replace(fields, plain=None if plain.findings or plain.town else plain)

    def _read_three(self, province: str, city: str, district: str) -> _Fields:
        scope: Scope = None
        named: dict[int, str] = {}
        findings: list[Finding] = []
        old_name = ""
        for field, typed in (("province", province), ("city", city), ("district", district)):
            value = "".join(typed.split())
            if value in _PLACEHOLDERS:
                continue
            reading = self._reader.read(value, scope)
            if reading.conflict:
                findings.append(say.outside(field, value, reading.conflict_codes, self._divisions))
                reading.named[DISTRICT if field == "district" else CITY] = value
                scope = reading.conflict_codes if len(reading.conflict_codes) == 1 else scope
            elif reading.end == 0:
                findings.append(say.unknown(field, value, scope or (), self._divisions))
            else:
                scope, old_name = reading.scope, reading.old_name or old_name
            named.update(reading.named)
        return _Fields(scope, named, old_name, tuple(findings))

    def _settle_conflict(self, text: str, fields: _Fields, reading: Reading, findings: list[Finding]) -> Reading:
        """Keep the fields against the text; within a text let the later address stand, with a finding."""
        if fields.scope is not None and not narrow(fields.scope, reading.conflict_codes):
            alone = self._reader.read(text)
            codes = district_codes(alone.scope)
            findings.append(say.outside("street_text", reading.conflict, codes, self._divisions))
            reading.end = alone.end if len(codes) == 1 else reading.end
            return reading
        is_second_address = reading.restart >= 0 or any(len(code) < DISTRICT for code in reading.conflict_codes)
        field = "street_text" if is_second_address else "district"
        if not is_second_address and len(district_codes(reading.scope)) == 1:
            findings.append(say.outside("street_text", reading.conflict, (), self._divisions))
            return reading
        later = self._reader.read(text, fields.scope, reading.restart if reading.restart >= 0 else reading.end)
        codes = district_codes(later.scope)
        findings.append(say.outside(field, reading.conflict, codes, self._divisions))
        if len(codes) != 1:
            return reading
        later.named = {**reading.named, **later.named}
        later.conflict = reading.conflict
        return later

    def _district(self, fields: _Fields, reading: Reading) -> tuple[str | None, float]:
        codes = district_codes(reading.scope)
        if len(codes) == 1:
            return codes[0], self._confidence(fields, reading)
        if len(codes) > 1 and (reading.old_name or fields.old_name) and len({code[:CITY] for code in codes}) == 1:
            return codes[0], 0.6
        if reading.scope and len(reading.scope) == 1 and len(reading.scope[0]) == CITY:
            only = [c for c in self._divisions.city_codes.get(reading.scope[0], ()) if not is_statistical_zone(c)]
            if len(only) == 1:
                return only[0], 0.9
        return None, 0.0

    def _confidence(self, fields: _Fields, reading: Reading) -> float:
        if reading.conflict or any(finding.severity == "error" for finding in fields.findings):
            return 0.5
        if reading.is_found_inside:
            return 0.6
        if len(district_codes(fields.scope)) == 1:
            return 1.0
        if reading.is_by_zone:
            return 0.65
        if DISTRICT not in reading.named:
            return 0.7 if reading.is_by_stem else 0.85
        return 0.9 if reading.is_by_stem else 0.98

    def _result(
        self, text: str, fields: _Fields, reading: Reading, code: str | None, confidence: float, findings: list[Finding]
    ) -> AddressCheck:
        detail = text[reading.end :]
        named = {**reading.named, **fields.named} if fields.named else reading.named
        if not detail.strip("-,，。 "):
            findings.append(Finding("street_text", "street_missing", "error"))
        if reading.repeated:
            findings += say.repeated_parts(text, reading, is_in_fields=bool(fields.named))
        if code is None:
            return self._open(detail, reading, findings)
        if len(named) < 3 or DISTRICT not in named:
            findings += say.missing_parts(code, named, self._divisions)
        reading.old_name = reading.old_name or fields.old_name
        reading.named = named
        findings += say.old_name(code, reading, self._divisions)
        if reading.strayed_town:
            findings += say.stray_town(code, reading, self._divisions)
        towns: Codes = tuple(c for c in reading.scope or () if len(c) == TOWN)
        names = self._divisions.name_of
        return AddressCheck(
            province=names[code[:PROVINCE]],
            city=self._divisions.city_name(code),
            district=names[code],
            district_code=code,
            town=names[towns[0]] if len(towns) == 1 else None,
            town_code=towns[0] if len(towns) == 1 else None,
            detail=detail,
            confidence=confidence,
            findings=tuple(findings),
        )

    def _open(self, detail: str, reading: Reading, findings: list[Finding]) -> AddressCheck:
        scope = reading.scope or ()
        if not any(finding.field == "district" and finding.severity == "error" for finding in findings):
            typo = _TYPO.match(detail)
            doubt = say.unknown("district", typo[0], scope, self._divisions) if typo else None
            findings.append(doubt if doubt and doubt.suggestion else say.unresolved(scope, self._divisions))
        provinces = {code[:PROVINCE] for code in scope}
        cities = {code[:CITY] for code in scope if len(code) >= CITY}
        names = say.place_names(next(iter(cities)), self._divisions) if len(cities) == 1 else {}
        return AddressCheck(
            province=self._divisions.name_of[provinces.pop()] if len(provinces) == 1 else None,
            city=names.get("city") if scope and all(len(code) >= CITY for code in scope) else None,
            detail=detail,
            findings=tuple(findings),
        )


@lru_cache(maxsize=4)
def _checker(divisions: Divisions) -> AddressChecker:
    return AddressChecker(divisions)


def check_address(province: str, city: str, district: str, street_text: str, *, divisions: Divisions) -> AddressCheck:
    """Check one delivery address: fields may be empty, everything may stand in the text; nothing typed is changed.

    Source: ORD-2. Findings: city_missing, city_unknown, province_unknown, district_missing, district_unknown,
    district_ambiguous, district_not_in_city, district_renamed, address_conflict, address_unresolved, street_missing,
    parts_repeated.
    """
    return _checker(divisions).check(province, city, district, street_text)
