"""Whose number a number is, by patterns and check digits; against published test numbers where they are at hand."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from steward.modules.logistics.rules.shipped_numbers import SHIPPED
from steward.modules.logistics.rules.tracking_numbers import Numbering, guesses, is_pattern
from steward.modules.logistics.rules.tracking_states import plain_number


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("SF1234567890123", "sf"),
        ("YT1234567890123", "yto"),
        ("yt 2112345678901 234", "yunexpress"),
        ("JT1234567890123", "jt"),
        ("433012345678901", "yunda"),
        ("773012345678901", "sto"),
        ("1Z5R89390357567127", "ups"),
        ("RB123456785GB", "s10"),
        ("EE123456785CN", "ems"),
    ],
)
def test_a_number_names_its_carrier(number: str, carrier: str) -> None:
    found = guesses(plain_number(number), SHIPPED)

    assert found
    assert found[0].carrier_code == carrier


@pytest.mark.parametrize("number", ["1Z5R89390357567128", "RB123456784GB", "", "HELLO"])
def test_a_wrong_check_digit_names_nobody(number: str) -> None:
    assert guesses(number, SHIPPED) == []


def test_a_pattern_that_cannot_be_read_is_none() -> None:
    assert not is_pattern("(")
    assert not is_pattern("x" * 301)
    assert all(is_pattern(one.pattern) for one in SHIPPED)


def _folder() -> Path:
    folder = Path(settings.DATA_FOLDER or settings.ROOT.parent / "shared" / "data") / "tracking_numbers"
    if not folder.is_dir():
        pytest.skip(f"no tracking_numbers in {folder.parent}: set STEWARD_DATA to the folder of real data")
    return folder


def _numberings(folder: Path) -> dict[str, Numbering]:
    """Write the published rules in the shape of ours."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        for one in told["tracking_numbers"]:
            pattern = "".join(one["regex"])
            pattern = re.sub(r"\(\?<(\w+)>", lambda group: f"(?P<{_named(group[1])}>", pattern).replace(r"\s*", "")
            pattern = pattern.replace("-1", "1")  # numbers are kept without hyphens
            validation = one.get("validation") or {}
            found[one["name"]] = Numbering(told["courier_code"], one["name"], pattern, _check(validation))
    return found


def _named(group: str) -> str:
    return {"SerialNumber": "serial", "CheckDigit": "check"}.get(group, group)


def _check(validation: dict[str, Any]) -> dict[str, Any]:
    told = validation.get("checksum") or {}
    if not told:
        return {}
    check: dict[str, Any] = {"name": told["name"].replace("sum_product_with_weightings_and_modulo", "weights")}
    for theirs, ours in (("evens_multiplier", "evens"), ("odds_multiplier", "odds"), ("reverse", "reverse")):
        if theirs in told:
            check[ours] = told[theirs]
    if "modulo1" in told:
        check |= {"weights": told["weightings"], "first": told["modulo1"], "then": told["modulo2"]}
    prepend = (validation.get("serial_number_format") or {}).get("prepend_if")
    return check | ({"prepend": prepend["content"], "unless": prepend["matches_regex"]} if prepend else {})


def test_published_numbers_are_told_from_mistyped_ones() -> None:
    folder = _folder()
    known = _numberings(folder)
    wrong: dict[str, list[str]] = defaultdict(list)
    count = 0
    with (folder / "test_numbers.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rule = known[row["format"]]
            if "unless" in rule.check and not re.match(rule.check["unless"], _serial(rule, row["number"])):
                rule = Numbering(rule.carrier_code, rule.name, rule.pattern, rule.check | {"prepend": ""})
            count += 1
            if bool(guesses(plain_number(row["number"]), [rule])) != (row["validity"] == "valid"):
                wrong[row["format"]].append(row["number"])

    assert count > 200
    assert not wrong


def _serial(rule: Numbering, number: str) -> str:
    match = re.fullmatch(rule.pattern, plain_number(number))
    return (match.groupdict().get("serial") or "") if match else ""
