"""The test bench: this order, this day, this reason – what the policy answers, by which rule, and why not by others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.orders.queries.allocating import order_ids_by_number, orders_to_allocate
from steward.modules.returns.queries.policies import all_reasons, book_of
from steward.modules.returns.queries.verdicts import Ask, answer, facts_of
from steward.modules.returns.rules.policy_shapes import Facts, Rule, Step, Verdict


class Tried(Struct, frozen=True):
    """One line of the order: what is known of it, the answer, and what became of every rule."""

    ask: Ask
    sku: str
    name: str
    facts: Facts | None
    verdict: Verdict
    steps: list[Step]


def tried(
    number: str, asked: Ask, *, rules: Sequence[Rule], version: int, now: datetime, language: str = "zh-hans"
) -> list[Tried]:
    """Ask rules about every line of an order that was not cancelled; `asked` gives all but the line.

    Raises: NotFound.
    """
    order_id = order_ids_by_number([number]).get(number)
    if order_id is None:
        raise errors.NotFound(key=number)
    lines = orders_to_allocate([order_id])[0].lines
    items = catalog.items_by_id([item_id for _line, item_id, _pieces in lines])
    asks = [structs.replace(asked, order_id=order_id, line_id=line_id) for line_id, _item, _pieces in lines]
    known = all_reasons()
    book = book_of(rules, version, known)
    facts = facts_of(asks, {one.code: one for one in known if one.active})
    found = []
    for (_line, item_id, _pieces), ask, one in zip(lines, asks, facts, strict=True):
        item = items[item_id]
        name = item.name_en if language == "en" and item.name_en else item.name_zh
        steps = list(book.steps(one, now=now)) if isinstance(one, Facts) else []
        told = one if isinstance(one, Facts) else None
        found.append(Tried(ask, item.sku, name, told, answer(book, ask, one, now), steps))
    return found
