"""Four eyes as data: which tier of a policy a request falls into, who may decide it, and when it is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

State = Literal["open", "granted", "refused", "expired", "withdrawn"]
Verb = Literal["grant", "refuse", "expire", "withdraw"]
Verdict = Literal["grant", "refuse"]

# What there is to agree to. A module that asks for another kind adds it here; its limits are rows.
KINDS = ("order_entry", "refund", "compensation", "stocktake", "write_off", "article", "leave")
STATES = ("open", "granted", "refused", "expired", "withdrawn")
TRANSITIONS: dict[tuple[State, Verb], State] = {
    ("open", "grant"): "granted",
    ("open", "refuse"): "refused",
    ("open", "expire"): "expired",
    ("open", "withdraw"): "withdrawn",
}
MOST_TIERS = 60


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """From which amount on how many people of which role have to agree, and for how long they may take.

    Units: minor units of `currency`; an empty currency is for what costs nothing. `deciders` 0: nobody needs to agree.
    """

    deciders: Annotated[int, Meta(ge=0, le=5)]
    role: Annotated[str, Meta(max_length=60)] = ""
    within_s: Annotated[int, Meta(ge=60, le=90 * 86_400)] = 86_400
    currency: Annotated[str, Meta(pattern="^([A-Z]{3})?$")] = ""
    from_minor: Annotated[int, Meta(ge=0, le=10**15)] = 0


def tier_for(tiers: Sequence[Tier], *, amount_minor: int, currency: str, at_least: int = 0) -> Tier | None:
    """Find the tier an amount falls into: the highest whose bound it reaches, or the lowest with `at_least` deciders.

    An amount in a currency without limits falls into the strictest tier of all, since nobody agreed to less.
    None: the policy says nothing, so nobody has to agree.
    """
    own = [tier for tier in tiers if tier.currency == currency]
    if not own:
        return strictest(tiers)
    reached = max(
        (tier for tier in own if tier.from_minor <= amount_minor), key=lambda tier: tier.from_minor, default=None
    )
    if at_least <= (reached.deciders if reached else 0):
        return reached
    enough = [tier for tier in own if tier.deciders >= at_least]
    if enough:
        return min(enough, key=lambda tier: tier.from_minor)
    return structs.replace(max(own, key=lambda tier: tier.from_minor), deciders=at_least)


def strictest(tiers: Sequence[Tier]) -> Tier | None:
    """Find the tier that asks for most people, whatever its currency; None: the policy says nothing."""
    return max(tiers, key=lambda tier: (tier.deciders, tier.from_minor), default=None)


def faults(tiers: Sequence[Tier], roles: Collection[str]) -> list[tuple[str, str]]:
    """List what is wrong with the tiers of a policy, as (place, code)."""
    found: list[tuple[str, str]] = []
    if not 1 <= len(tiers) <= MOST_TIERS:
        found.append(("tiers", "tiers_count"))
    bounds = [(tier.currency, tier.from_minor) for tier in tiers]
    for number, tier in enumerate(tiers):
        if bounds.index(bounds[number]) != number:
            found.append((f"tiers.{number}.from_minor", "tier_twice"))
        if tier.deciders and tier.role and tier.role not in roles:
            found.append((f"tiers.{number}.role", "role_unknown"))
    currencies = {tier.currency for tier in tiers}
    for currency in sorted(currencies):
        if not any(tier.currency == currency and tier.from_minor == 0 for tier in tiers):
            found.append(("tiers", "tier_from_zero_missing"))
    return found


def due_at(tier: Tier, asked_at: datetime) -> datetime:
    """Tell until when a request may be decided."""
    return asked_at + timedelta(seconds=tier.within_s)


def next_state(state: State, verb: Verb) -> State | None:
    """Return the state a verb leads to; None where the state does not have it."""
    return TRANSITIONS.get((state, verb))


def grants_missing(*, needed: int, grants: int) -> int:
    """Count the people who still have to agree."""
    return max(needed - grants, 0)


def hands_text(people: Iterable[str]) -> str:
    """Write who had a hand in something as one text, which constraints can compare: `|person:1|person:2|`."""
    return f"|{'|'.join(sorted(set(people)))}|"


def hands_in(text: str) -> list[str]:
    """Read who had a hand in something."""
    return text.strip("|").split("|")


def own_hand(person: str, hands: str) -> bool:
    """Tell whether somebody had a hand in what is to be decided; whatever their role, they do not decide it."""
    return person in hands_in(hands)
