"""Decide by the return policy: the first rule that fits decides, and every other one can say why it did not.

Units: minor units of the order's currency, hours, days, permille. Source: RET-1; docs/decisions/0031.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from msgspec import Struct, structs

from steward.modules.returns.rules.policy_checks import SHARED, Prepared, prepared
from steward.modules.returns.rules.policy_shapes import Facts, Rule, Step, Verdict, When
from steward.modules.returns.rules.states import KINDS

__all__ = ["Book", "Facts", "Rule", "Step", "Verdict", "When", "decide", "freight_payer", "with_branches"]


MOST_REMEMBERED = 20_000


class _Fitting(Struct, frozen=True):
    """A rule whose conditions an ask meets, whatever solution it wants."""

    one: Prepared
    until: datetime | None
    is_open: bool


class Book:
    """A version of the rules, ready to answer many asks.

    Which rules can fit at all is remembered by the facts that asks share (reason, class, platform …): ten thousand asks
    differ in dates and prices far more than in these.
    """

    def __init__(self, rules: Sequence[Rule], version: int = 0) -> None:
        in_force = [prepared(rule) for rule in rules if rule.active]
        self.version = version
        self.rules = tuple(rules)
        self._deciding = tuple(one for one in in_force if one.rule.outcome != "frame")
        self._frames = tuple(one for one in in_force if one.rule.outcome == "frame")
        named = dict.fromkeys(SHARED[name] for one in in_force for name, _check in one.shared)
        self._shared = attrgetter("fault", "currency", *named)  # two at least, so that it gives a tuple
        self._remembered: dict[Any, tuple[tuple[Prepared, ...], tuple[Prepared, ...]]] = {}

    def decide(self, facts: Facts, *, now: datetime) -> Verdict:
        """Answer one ask; the first rule that fits decides, the first frame that fits sets the deadlines."""
        deciding, frames = self._candidates(facts, now)
        fitting = [_fitting(one, facts, now) for one in deciding if one.meets_own(facts, now)]
        kinds = tuple(kind for kind in KINDS if (found := _first(fitting, kind)) and found.one.rule.outcome == "allow")
        decided = _first(fitting, facts.kind)
        if decided is None:
            return self._nothing(facts, kinds, fitting, now)
        if decided.one.rule.outcome == "refuse":
            return self._refused(decided.one.rule, facts, kinds)
        frame = next((one.rule for one in frames if one.speaks_of(facts.kind) and one.meets_own(facts, now)), None)
        return self._granted(decided.one.rule, facts, kinds, decided.until, frame)

    def _candidates(self, facts: Facts, now: datetime) -> tuple[tuple[Prepared, ...], tuple[Prepared, ...]]:
        """Pick the rules whose shared conditions are met, whatever is asked for."""
        key = self._shared(facts)
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            deciding = tuple(one for one in self._deciding if one.meets_shared(facts, now))
            found = deciding, tuple(one for one in self._frames if one.meets_shared(facts, now))
            self._remembered[key] = found
        return found

    def _granted(
        self, rule: Rule, facts: Facts, kinds: tuple[str, ...], until: datetime | None, frame: Rule | None
    ) -> Verdict:
        short = facts.pictures < rule.pictures or facts.videos < rule.videos
        return Verdict(
            eligible=not short,
            why="evidence_missing" if short else "",
            params={"pictures": rule.pictures, "videos": rule.videos} if short else {},
            kinds=kinds,
            freight_payer=freight_payer(rule.freight, facts.fault),
            restocking_permille=rule.restocking_permille,
            automatic_up_to_minor=rule.automatic.get(facts.currency, -1),
            advance=rule.advance == "always" or (rule.advance == "trusted" and facts.trusted),
            pictures=rule.pictures,
            videos=rule.videos,
            return_within_h=(frame.return_within_h if frame else 0) or rule.return_within_h,
            answer_within_h=(frame.answer_within_h if frame else 0) or rule.answer_within_h,
            until=until,
            rule=rule.code,
            version=self.version,
        )

    def _refused(self, rule: Rule, facts: Facts, kinds: tuple[str, ...]) -> Verdict:
        params = {"return_class": facts.return_class} if rule.why == "excluded" else {}
        return Verdict(eligible=False, why=rule.why, params=params, kinds=kinds, rule=rule.code, version=self.version)

    def _nothing(self, facts: Facts, kinds: tuple[str, ...], fitting: Sequence[_Fitting], now: datetime) -> Verdict:
        """Say why no rule allows it: the last window has closed, another solution is offered, or there is no rule."""
        closed = [
            (found.until, found.one.rule.code)
            for found in fitting
            if found.until is not None and found.one.speaks_of(facts.kind)
        ]
        if closed:
            until, code = max(closed)
            days = max(0, (now - until).days)
            params = {"until": until.isoformat(), "days": days}
            return Verdict(
                eligible=False,
                why="too_late",
                params=params,
                kinds=kinds,
                until=until,
                rule=code,
                version=self.version,
            )
        why = "kind_not_offered" if kinds else "no_rule"
        return Verdict(eligible=False, why=why, params={"kind": facts.kind}, kinds=kinds, version=self.version)

    def steps(self, facts: Facts, *, now: datetime) -> Iterator[Step]:
        """Say of each rule, in order, what became of it and which conditions it missed."""
        decided = framed = False
        for rule in self.rules:
            one = prepared(rule)
            misses, until = one.misses(facts, now), one.until(facts)
            if rule.outcome == "allow" and until is not None and now >= until:
                misses = (*misses, "window")
            is_frame = rule.outcome == "frame"
            if not rule.active:
                yield Step(rule.code, "off")
            elif misses:
                yield Step(rule.code, "missed", misses, until)
            elif framed if is_frame else decided:
                yield Step(rule.code, "behind", (), until)
            else:
                yield Step(rule.code, "framed" if is_frame else "decided", (), until)
                decided, framed = decided or not is_frame, framed or is_frame


def _fitting(one: Prepared, facts: Facts, now: datetime) -> _Fitting:
    until = one.until(facts)
    return _Fitting(one, until, until is None or now < until or one.rule.outcome == "refuse")


def _first(fitting: Sequence[_Fitting], kind: str) -> _Fitting | None:
    return next((found for found in fitting if found.is_open and found.one.speaks_of(kind)), None)


def freight_payer(freight: str, fault: str) -> str:
    """Say who pays the way back: whom the rule names, else the customer for their own doing, else the merchant."""
    if freight != "by_fault":
        return freight
    return "customer" if fault == "customer" else "merchant"


def decide(rules: Sequence[Rule], facts: Facts, *, now: datetime, version: int = 0) -> Verdict:
    """Answer one ask by rules; for many, make one Book and ask it."""
    return Book(rules, version).decide(facts, now=now)


def with_branches(rules: Sequence[Rule], below: Mapping[str, Sequence[str]]) -> list[Rule]:
    """Let rules that name a reason mean those below it too; `below` lists, for each reason, all of them."""
    return [
        structs.replace(rule, when=structs.replace(rule.when, reasons=_closed(rule.when.reasons, below)))
        if rule.when.reasons
        else rule
        for rule in rules
    ]


def _closed(reasons: tuple[str, ...], below: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    found = dict.fromkeys(reasons)
    for reason in reasons:
        found.update(dict.fromkeys(below.get(reason, ())))
    return tuple(found)
