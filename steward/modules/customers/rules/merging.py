"""When two buyers are one person, and who stands for whom after merges were made and taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

GROUPS = ("phone", "email", "shop", "channel")
WANTED_PROOF = ("both", "any")
ACTS = ("propose", "do")
PROPOSAL_STATES = ("open", "merged", "refused")


class Rule(Struct, frozen=True):
    """One rule in force: two buyers who share a value of `group` are proposed or merged."""

    code: str
    group: str
    proof: str
    acts: str


class Shared(Struct, frozen=True):
    """A value that two buyers hold, by its group, and whether both have proved that it is theirs."""

    group: str
    is_proved: bool


def rule_for(shared: Iterable[Shared], rules: Sequence[Rule]) -> Rule | None:
    """Choose the rule that says most about two buyers: one that merges before one that proposes; None: nothing does.

    Source: CUS-1.
    """
    values = list(shared)
    fitting = [
        rule
        for rule in rules
        if any(one.group == rule.group and (one.is_proved or rule.proof == "any") for one in values)
    ]
    return min(fitting, key=lambda rule: (rule.acts != "do", rule.proof != "both", rule.code), default=None)


def survivors(members: Collection[int], merges: Mapping[int, int]) -> dict[int, int]:
    """Name who stands for each member; `merges` says who was merged into whom, and they are a forest."""
    found = {}
    for member in members:
        top = member
        while top in merges:
            top = merges[top]
        found[member] = top
    return found


def led_by(top: int, members: Collection[int], merges: Mapping[int, int]) -> list[int]:
    """List who goes where `top` goes once nobody stands for it any more: itself and all that were merged into it."""
    without = {merged: survivor for merged, survivor in merges.items() if merged != top}
    return sorted(member for member, stands in survivors(members, without).items() if stands == top)
