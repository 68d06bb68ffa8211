"""Judge one order: which rules fire, with which facts, and what they add up to. Source: ORD-5."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from steward.modules.orders.rules.screening_sets import Rule, RuleSet

HIGHEST = 100
AS_PERCENT = 100


class Window(Struct, frozen=True):
    """What a window holds before the order: how many orders, of how many other customers, and some of them."""

    orders: int = 0
    customers: int = 0
    order_ids: tuple[int, ...] = ()


class Past(Struct, frozen=True):
    """The customer's own earlier orders in the same currency. Units: minor currency units; pieces."""

    orders: int = 0
    mean_minor: float = 0.0
    most_minor: int = 0
    mean_pieces: float = 0.0
    most_pieces: int = 0


class Listed(Struct, frozen=True):
    """An entry of a list that the order meets."""

    entry_id: int
    purpose: str
    kind: str


class Facts(Struct, frozen=True):
    """All that rules look at. `windows` are by the code of the rule they were counted for; `signup_s` None: unknown.

    Units: minor units of `currency`; seconds; pieces.
    """

    total_minor: int
    currency: str
    pieces: int
    has_customer: bool = True
    signup_s: float | None = None
    past: Past = Past()
    windows: Mapping[str, Window] = {}
    listed: tuple[Listed, ...] = ()


class Reason(Struct, frozen=True):
    """A rule that fired: what it weighs, the figures it saw, and the orders it points to."""

    rule: str
    weight: int
    facts: dict[str, int | str]
    order_ids: tuple[int, ...] = ()


class Verdict(Struct, frozen=True):
    """A score 0–100 with the reasons that made it."""

    score: int
    reasons: tuple[Reason, ...]
    is_held: bool


def judge(facts: Facts, rule_set: RuleSet) -> Verdict:
    """Weigh an order: the weights of all rules that fire are added up, to at most 100.

    Who is on the list of the trusted scores 0, unless something of the order is blocked.
    """
    reasons = tuple(reason for rule in rule_set.rules if rule.active and (reason := fired(rule, facts)))
    purposes = {one.purpose for one in facts.listed}
    kinds = {rule.code: rule.kind for rule in rule_set.rules}
    trusts = any(kinds[reason.rule] == "allow_list" for reason in reasons)
    if trusts and "block" not in purposes:
        return Verdict(0, reasons, is_held=False)
    score = min(HIGHEST, sum(reason.weight for reason in reasons))
    return Verdict(score, reasons, is_held=score >= rule_set.hold_at)


def fired(rule: Rule, facts: Facts) -> Reason | None:
    """Tell whether a rule fires for an order, and on what."""
    return JUDGES[rule.kind](rule, facts)


def _orders_in_window(rule: Rule, facts: Facts) -> Reason | None:
    window = facts.windows.get(rule.code)
    if window is None or window.orders + 1 < rule.limit:
        return None
    return _counted(rule, window, window.orders + 1)


def _customers_in_window(rule: Rule, facts: Facts) -> Reason | None:
    window = facts.windows.get(rule.code)
    if window is None or not facts.has_customer or window.customers + 1 < rule.limit:
        return None
    return _counted(rule, window, window.customers + 1)


def _counted(rule: Rule, window: Window, count: int) -> Reason:
    said: dict[str, int | str] = {"count": count, "limit": rule.limit, "window_s": rule.window_s, "signal": rule.signal}
    return Reason(rule.code, rule.weight, said, window.order_ids)


def _signup_age(rule: Rule, facts: Facts) -> Reason | None:
    if facts.signup_s is None or facts.signup_s > rule.limit:
        return None
    return Reason(rule.code, rule.weight, {"seconds": int(facts.signup_s), "limit_s": rule.limit})


def _amount_outlier(rule: Rule, facts: Facts) -> Reason | None:
    return _outlier(rule, facts, facts.total_minor, facts.past.mean_minor, facts.past.most_minor, facts.currency)


def _quantity_outlier(rule: Rule, facts: Facts) -> Reason | None:
    return _outlier(rule, facts, facts.pieces, facts.past.mean_pieces, facts.past.most_pieces, "")


def _outlier(rule: Rule, facts: Facts, value: int, mean: float, most: int, currency: str) -> Reason | None:
    """Fire when a value is above all earlier ones and `limit` percent of their mean, given enough of them."""
    if facts.past.orders < rule.history or value <= most or value * AS_PERCENT < rule.limit * mean:
        return None
    said: dict[str, int | str] = {
        "value": value,
        "mean": round(mean),
        "count": facts.past.orders,
        "percent": rule.limit,
    }
    return Reason(rule.code, rule.weight, {**said, "currency": currency} if currency else said)


def _first_order(rule: Rule, facts: Facts) -> Reason | None:
    if facts.past.orders or facts.currency != rule.currency or facts.total_minor < rule.limit:
        return None
    said: dict[str, int | str] = {"value": facts.total_minor, "limit_minor": rule.limit, "currency": facts.currency}
    return Reason(rule.code, rule.weight, said)


def _on_list(purpose: str) -> Callable[[Rule, Facts], Reason | None]:
    def judged(rule: Rule, facts: Facts) -> Reason | None:
        met = [one for one in facts.listed if one.purpose == purpose]
        if not met:
            return None
        return Reason(rule.code, rule.weight, {"count": len(met), "signal": met[0].kind, "entry": met[0].entry_id})

    return judged


JUDGES: Mapping[str, Callable[[Rule, Facts], Reason | None]] = {
    "orders_in_window": _orders_in_window,
    "customers_in_window": _customers_in_window,
    "signup_age": _signup_age,
    "amount_outlier": _amount_outlier,
    "quantity_outlier": _quantity_outlier,
    "first_order": _first_order,
    "block_list": _on_list("block"),
    "allow_list": _on_list("allow"),
    "forwarding": _on_list("forwarding"),
}


def must_hold_again(*, verdict: Verdict, released_scores: Iterable[int]) -> bool:
    """Tell whether an order judged anew is to be held: not for what a person has released already."""
    return verdict.is_held and verdict.score > max(released_scores, default=0)
