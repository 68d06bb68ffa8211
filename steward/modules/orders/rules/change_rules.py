"""What a house lets be changed of orders after entry, beyond what is still possible at all: rules as data.

Of a kind of change, a cause of cancelling and a shop the first rule that fits decides; where none fits, all that is
possible is allowed. Source: ORD-9, docs/decisions/0039.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from steward.modules.orders.rules.change_effects import Line
from steward.modules.orders.rules.changes import KINDS, Kind
from steward.modules.orders.rules.transitions import CANCEL_CAUSES

PLAIN = r"^[^\x00]*$"  # the database holds no zero character
MOST_RULES = 60
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=PLAIN)]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=PLAIN)]
Breach = Literal["", "not_offered", "often_enough", "closed_by", "reason_not_listed", "other_product", "not_in_stock"]


class ChangeRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. What it is for: `kinds` of change, `causes` of cancelling and `shops`; left empty, any.

    `offered` false: never. `most`: how often an order may be changed so (0: as often as one likes). `closed_by`: after
    one of these changes not any more. `reasons`: one of these has to be given (none: in any words). `within_family`:
    pieces only go for as many pieces of the same product (variants; catalog's `family`). `in_stock`: only where nothing
    is short afterwards.
    """

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    kinds: tuple[Kind, ...] = ()
    causes: tuple[Name, ...] = ()
    shops: tuple[Name, ...] = ()
    offered: bool = True
    most: Annotated[int, Meta(ge=0, le=100)] = 0
    closed_by: tuple[Kind, ...] = ()
    reasons: tuple[Reason, ...] = ()
    within_family: bool = False
    in_stock: bool = False


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody wants to change: `cause` where it is cancelling; `before` counts what was changed already."""

    kind: str
    shop: str
    cause: str = ""
    reason: str = ""
    before: Mapping[str, int] = {}


def rule_for(rules: Sequence[ChangeRule], asked: Asked) -> ChangeRule | None:
    """Find the rule that decides about a change; None: nothing limits it."""
    return next((rule for rule in rules if _fits(rule, asked)), None)


def _fits(rule: ChangeRule, asked: Asked) -> bool:
    wanted: tuple[tuple[Collection[str], str], ...] = (
        (rule.kinds, asked.kind),
        (rule.causes, asked.cause),
        (rule.shops, asked.shop),
    )
    return all(not names or name in names for names, name in wanted)


def breach(rule: ChangeRule, asked: Asked) -> Breach:
    """Name what of a rule keeps a change from being made, before it is known what it would do; empty: nothing."""
    if not rule.offered:
        return "not_offered"
    if rule.most and asked.before.get(asked.kind, 0) >= rule.most:
        return "often_enough"
    if any(asked.before.get(kind, 0) for kind in rule.closed_by):
        return "closed_by"
    return ""


def breach_of_reason(rule: ChangeRule, asked: Asked) -> Breach:
    """Name a reason that is none of those a rule lists; capitals do not matter."""
    listed = {one.strip().casefold() for one in rule.reasons}
    return "reason_not_listed" if listed and asked.reason.strip().casefold() not in listed else ""


def breach_of_goods(
    rule: ChangeRule, before: Iterable[Line], after: Iterable[Line], families: Mapping[int, str], *, is_short: bool
) -> Breach:
    """Name what of a rule the goods of a change break. `families`: item → its product, "" where it has none."""
    if rule.within_family and _by_product(before, families) != _by_product(after, families):
        return "other_product"
    return "not_in_stock" if rule.in_stock and is_short else ""


def _by_product(lines: Iterable[Line], families: Mapping[int, str]) -> dict[str, int]:
    """Count the wanted pieces of each product; an item without a family is a product of its own."""
    found: Counter[str] = Counter()
    for line in lines:
        found[families.get(line.item_id) or f"#{line.item_id}"] += line.wanted
    return {product: pieces for product, pieces in found.items() if pieces}


def flaws(rules: Sequence[ChangeRule], shops: Collection[str]) -> list[tuple[str, str, str]]:
    """List what keeps rules from being put in force: (field, code, the name that is wrong)."""
    found = [("rules", "too_many_rules", str(MOST_RULES))] if len(rules) > MOST_RULES else []
    times = Counter(rule.code for rule in rules)
    for place, rule in enumerate(rules):
        at = f"rules.{place}."
        if times[rule.code] > 1:
            found.append((at + "code", "rule_twice", rule.code))
        found += [(at + "causes", "unknown_cause", one) for one in rule.causes if one not in CANCEL_CAUSES]
        found += [(at + "shops", "unknown_shop", one) for one in rule.shops if one not in shops]
        if rule.causes and set(rule.kinds) != {"cancel"}:
            found.append((at + "causes", "causes_without_cancel", rule.code))
        if rule.within_family and not set(rule.kinds or KINDS) <= {"lines"}:
            found.append((at + "within_family", "goods_without_lines", rule.code))
    return found
