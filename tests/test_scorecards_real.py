"""Scores on real shipments: what shrinking does to those with few, judged by the time after."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import fmean

import pytest

from steward.modules.logistics.rules.scoring import Record, beta_prior, scores, shrunk_share

DATA = Path(os.environ.get("STEWARD_DATA", "/nowhere"))
SCMS = DATA / "scms_delivery" / "scms_delivery_history.csv.gz"
OLIST = DATA / "olist" / "orders.csv.gz"
Hits = dict[str, tuple[int, int]]


def halves(rows: list[tuple[date, str, bool]]) -> tuple[Hits, Hits]:
    """Count on time and all by key, before and after the median day."""
    middle = sorted(day for day, _key, _on_time in rows)[len(rows) // 2]
    parts: tuple[dict[str, list[int]], dict[str, list[int]]] = (
        defaultdict(lambda: [0, 0]),
        defaultdict(lambda: [0, 0]),
    )
    for day, key, on_time in rows:
        one = parts[day >= middle][key]
        one[0] += on_time
        one[1] += 1
    return {k: (v[0], v[1]) for k, v in parts[0].items()}, {k: (v[0], v[1]) for k, v in parts[1].items()}


def errors(before: Hits, after: Hits) -> tuple[float, float]:
    """Give the mean squared error of the later share: of the bare share, and of the shrunk one."""
    prior = beta_prior(list(before.values()))
    both = [key for key in before if key in after]
    later = {key: after[key][0] / after[key][1] for key in both}
    bare = fmean((before[key][0] / before[key][1] - later[key]) ** 2 for key in both)
    drawn = fmean((shrunk_share(*before[key], prior) - later[key]) ** 2 for key in both)
    return bare, drawn


@pytest.mark.skipif(not SCMS.is_file(), reason="STEWARD_DATA has no scms_delivery")
def test_shrunk_shares_of_vendors_foretell_their_later_punctuality_better() -> None:
    rows = []
    with gzip.open(SCMS, "rt", encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            due, came = (
                date.fromisoformat(row["Scheduled Delivery Date"]),
                date.fromisoformat(row["Delivered to Client Date"]),
            )
            rows.append((due, f"{row['Vendor']}/{row['Shipment Mode']}", came <= due))
    bare, drawn = errors(*halves(rows))
    assert drawn < bare


@pytest.mark.skipif(not OLIST.is_file(), reason="STEWARD_DATA has no olist")
def test_a_seller_with_one_lucky_parcel_does_not_lead_the_real_sellers() -> None:
    sellers = _of_sellers()
    records = [Record(key=key, parcels=n, promised=n, on_time=hits) for key, (hits, n) in sellers.items()]
    first = scores(records, {"on_time": 1.0})[:20]
    assert min(one.parcels for one in first) >= 10
    bare = sorted(sellers.values(), key=lambda one: -one[0] / one[1])[:20]
    assert min(n for _hits, n in bare) == 1


def _of_sellers() -> Hits:
    with gzip.open(OLIST.with_name("order_items.csv.gz"), "rt", encoding="utf-8") as file:
        seller = {row["order_id"]: row["seller_id"] for row in csv.DictReader(file)}
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with gzip.open(OLIST, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            came = row["order_delivered_customer_date"][:10]
            if came and row["order_id"] in seller:
                one = found[seller[row["order_id"]]]
                one[0] += came <= row["order_estimated_delivery_date"][:10]
                one[1] += 1
    return {key: (hits, count) for key, (hits, count) in found.items()}
