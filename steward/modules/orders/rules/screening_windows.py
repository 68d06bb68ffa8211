"""Count what windows hold before each order, gliding over what orders share. Source: ORD-5."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from steward.modules.orders.rules.screening import Window
from steward.modules.orders.rules.screening_sets import Rule


class Shared(NamedTuple):
    """An order among those that share a value, the earliest first; `value` is an index of it."""

    value: bytes
    kind: str
    order_id: int
    customer_id: int | None
    at: datetime


def counted(
    rows: Iterable[Shared], rules: Sequence[Rule], *, judged: Collection[int], most: int, linked: int
) -> dict[int, dict[str, Window]]:
    """Count what each window holds before each judged order, by the code of the rule that asks; none is empty.

    `rows` come by value, each in order of time, those of one instant by id. Of what came before an order at most `most`
    are looked at, the latest; so many of the window as `linked` says are named, the latest first. Each row goes into
    each window once and leaves it once.
    """
    by_signal: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_signal[rule.signal].append(rule)
    found: dict[int, dict[str, Window]] = defaultdict(dict)
    for (_value, kind), group in groupby(rows, key=lambda row: (row.value, row.kind)):
        line = list(group)
        for rule in by_signal[kind]:
            for order_id, window in _glide(line, rule, judged, most, linked).items():
                found[order_id][rule.code] = window
    return found


def _glide(line: Sequence[Shared], rule: Rule, judged: Collection[int], most: int, linked: int) -> Mapping[int, Window]:
    """Move one window along those that share a value."""
    length, begin = timedelta(seconds=rule.window_s), 0
    inside: Counter[int] = Counter()
    found = {}
    for place, row in enumerate(line):
        while begin < place and (place - begin > most or line[begin].at <= row.at - length):
            _leave(inside, line[begin].customer_id)
            begin += 1
        if row.order_id in judged and begin < place:
            latest = line[max(begin, place - linked) : place]
            customers = _others(inside, row.customer_id) if rule.kind == "customers_in_window" else 0
            found[row.order_id] = Window(place - begin, customers, tuple(one.order_id for one in reversed(latest)))
        if row.customer_id is not None:
            inside[row.customer_id] += 1
    return found


def _leave(inside: Counter[int], customer_id: int | None) -> None:
    if customer_id is None:
        return
    inside[customer_id] -= 1
    if not inside[customer_id]:
        del inside[customer_id]


def _others(inside: Counter[int], customer_id: int | None) -> int:
    """Count the customers besides this one; of whom nothing is known, nobody is another."""
    return 0 if customer_id is None else len(inside) - (customer_id in inside)
