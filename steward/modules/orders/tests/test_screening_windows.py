"""Windows of screening: they count what they always counted, and thousands of orders of one address cost no more."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from steward.modules.orders.models import Order, Signal
from steward.modules.orders.queries import screening_facts
from steward.modules.orders.rules.screening import Window
from steward.modules.orders.rules.screening_sets import Rule, RuleSet, windowed
from tests import make

pytestmark = pytest.mark.django_db
HOUR_S, DAY_S = 3_600, 86_400
TEXTS = {"zh-hans": "文", "zh-hant": "文", "en": "text"}
RULES = RuleSet(
    hold_at=50,
    rules=(
        Rule("address_an_hour", "orders_in_window", 5, TEXTS, "address", HOUR_S, 2),
        Rule("address_a_day", "customers_in_window", 5, TEXTS, "address", DAY_S, 2),
        Rule("phone_a_day", "customers_in_window", 5, TEXTS, "phone", DAY_S, 2),
    ),
)


def signals(*rows: tuple[str, int, int | None]) -> list[int]:
    """Write an order for each of (value, seconds, customer), under every kind of signal; return their ids."""
    make.item(stock=5)
    model = make.order(placed_at=make.NOW).order_id
    columns = [field.column or "" for field in Order._meta.concrete_fields]
    copied = ", ".join(
        {"id": "%(id)s + n", "number": "'C-' || n", "external_number": "'C-' || n"}.get(name, name) for name in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO orders_order ({', '.join(columns)}) SELECT {copied} FROM orders_order, "
            "generate_series(1, %(many)s) AS n WHERE id = %(id)s",
            {"id": model, "many": len(rows)},
        )
    ids = list(range(model + 1, model + 1 + len(rows)))
    Signal.objects.bulk_create(
        (
            Signal(
                order_id=id_,
                customer_id=customer,
                kind=kind,
                value=f"{kind} {value}".encode(),
                key_version=screening_facts.oldest_key(),
                at=make.NOW + timedelta(seconds=seconds),
            )
            for id_, (value, seconds, customer) in zip(ids, rows, strict=True)
            for kind in ("address", "phone")
        ),
        batch_size=2_000,
    )
    return ids


def as_defined(order_ids: Sequence[int], *, most: int, linked: int) -> dict[int, dict[str, Window]]:
    """Count each window as it is defined: the latest orders before it, of those the ones within the window."""
    every = sorted(Signal.objects.all(), key=lambda one: (one.at, one.order_id), reverse=True)
    found: dict[int, dict[str, Window]] = {}
    for probe in (one for one in every if one.order_id in order_ids):
        before = [
            one
            for one in every
            if bytes(one.value) == bytes(probe.value) and (one.at, one.order_id) < (probe.at, probe.order_id)
        ][:most]
        for rule in windowed(RULES):
            hits = [one for one in before if one.at > probe.at - timedelta(seconds=rule.window_s)]
            if rule.signal != probe.kind or not hits:
                continue
            others = {one.customer_id for one in hits} - {None, probe.customer_id}
            counted = rule.kind == "customers_in_window" and probe.customer_id is not None
            window = Window(len(hits), len(others) if counted else 0, tuple(one.order_id for one in hits[:linked]))
            found.setdefault(probe.order_id, {})[rule.code] = window
    return found


def read(work: Callable[[], object]) -> tuple[int, int]:
    """Count the rows that the statements of some work read from signals, and the pages they touch."""
    plans: list[Any] = []

    def explained(execute: Any, text: str, parameters: Any, many: bool, context: Any) -> Any:
        if "orders_signal" in text:
            with connection.connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, parameters)
                [(plan,)] = cursor.fetchall()
                plans.extend(plan if isinstance(plan, list) else json.loads(plan))
        return execute(text, parameters, many, context)

    with connection.execute_wrapper(explained):
        work()
    pages = sum(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] for plan in plans)
    return sum(_read(plan["Plan"]) for plan in plans), pages


def _read(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == "orders_signal":
        seen = (
            node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        )
        own = round(seen * node["Actual Loops"])
    return own + sum(_read(child) for child in node.get("Plans", ()))


@pytest.mark.parametrize("seed", range(6))
def test_windows_hold_what_they_are_defined_to_hold(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: orders of few addresses, many at the same instant, some of no customer, and fewer places than hits
    chance = random.Random(seed)
    monkeypatch.setattr(screening_facts, "MOST_IN_WINDOW", 7)
    monkeypatch.setattr(screening_facts, "MOST_LINKED", 3)
    rows = [
        (
            chance.choice("ABC"),
            chance.choice([0, 1, 1_800, 3_600, 5_000, 80_000, 90_000]),
            chance.choice([None, 1, 2, 3]),
        )
        for _ in range(60)
    ]
    ids = signals(*rows)
    asked = chance.sample(ids, chance.choice([1, 10, 60]))
    # then
    assert screening_facts.windows(asked, RULES) == as_defined(asked, most=7, linked=3)


@pytest.mark.parametrize("apart_s", [0, 1])
def test_thousands_of_orders_of_one_address_are_read_once_each(apart_s: int) -> None:
    many = 3_000
    ids = signals(*[("A", place * apart_s, place % 700) for place in range(many)])

    rows, pages = read(lambda: screening_facts.windows(ids, RULES))

    # each is a row as what is judged and once more as what came before, under both kinds
    assert rows <= 2 * 2 * many + 2 * screening_facts.MOST_IN_WINDOW
    assert pages <= 2 * 4 * many


def test_one_order_among_thousands_of_its_address_reads_no_more_than_a_window_holds() -> None:
    ids = signals(*[("A", place // 1_000, place % 700) for place in range(3_000)])

    rows, _pages = read(lambda: screening_facts.windows(ids[1_500:1_501], RULES))

    assert rows <= 2 * (screening_facts.MOST_IN_WINDOW + 2)
    assert screening_facts.windows(ids[1_500:1_501], RULES)[ids[1_500]]["address_a_day"].orders == 500
