"""Ask for approval, many at once, inside the transaction of what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.modules.approvals import rules
from steward.modules.approvals.commands.telling import Told, tell_deciders
from steward.modules.approvals.events import ApprovalAsked, ApprovalSettled
from steward.modules.approvals.models import Policy
from steward.modules.approvals.queries import tiers_of
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks
from steward.modules.people import queries as people

PACKAGE = "steward.modules.approvals"
CLOCK = "approval_decision"


class Ask(Struct, frozen=True, kw_only=True):
    """What somebody else has to agree to.

    `involved` are the actors who had a hand in it, besides who asks; who owns the key of a program among them has too.
    `asked_by` names whose wish it is where a part of the system asks for them; `number` is what people call the
    subject. `earlier_minor` went before in the same matter and counts with the amount towards the limit, so that slices
    do not help; `strictest` asks by the strictest tier of all where amounts cannot be added up; `at_least` so many
    people agree, however small the amount. Units: minor units of `currency`. A fact `decided_on` names the page that
    alone takes the decision, because more than a verdict is given there.
    """

    kind: str
    subject_kind: str
    subject_id: int
    number: str
    involved: tuple[str, ...] = ()
    asked_by: str = ""
    amount_minor: int = 0
    earlier_minor: int = 0
    strictest: bool = False
    at_least: int = 0
    currency: str = ""
    facts: Mapping[str, Any] = {}
    reason: str = ""
    simulated: bool = False


class Asked(Struct, frozen=True):
    """What became of an ask: `not_needed` (id 0), `asked`, or `waiting` where it had been asked before."""

    outcome: str
    approval_id: int = 0


def ask_approvals(actor: Actor, *, asks: Sequence[Ask], now: datetime) -> list[Asked]:
    """Ask for what the policies say somebody else has to agree to; the answers stand in the order of the asks.

    A step of the caller's command, inside its transaction. Again for the same subject is harmless while it is open.
    Emits: ApprovalAsked. Raises: RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("approval is asked for with the change it is about, inside its transaction")
    policies = {policy.kind: policy for policy in Policy.objects.filter(active=True)}
    wanted: list[tuple[int, Ask, Policy, rules.Tier]] = []
    results = [Asked("not_needed")] * len(asks)
    for place, ask in enumerate(asks):
        policy = policies.get(ask.kind)
        tier = policy and _tier(ask, policy)
        if policy and tier and tier.deciders:
            wanted.append((place, ask, policy, tier))
    if not wanted:
        return results
    hands = _hands(actor, [ask for _place, ask, _policy, _tier in wanted])
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "ask_approvals"), _columns(actor, wanted, hands, now))
        rows = {(kind, subject, id_): (number, fresh) for number, kind, subject, id_, fresh in cursor.fetchall()}
    told = []
    for (place, ask, _policy, tier), hand in zip(wanted, hands, strict=True):
        number, fresh = rows[ask.kind, ask.subject_kind, ask.subject_id]
        results[place] = Asked("asked" if fresh else "waiting", number)
        if fresh:
            told.append((number, ask, tier, hand))
    _announce(actor, told, now)
    return results


def _hands(actor: Actor, asks: Sequence[Ask]) -> list[str]:
    """Write who had a hand in each ask; where a program had, so had the person who owns its key."""
    named = [{ask.asked_by or actor.id, *ask.involved} for ask in asks]
    behind = people.persons_behind(chain.from_iterable(named))
    return [rules.hands_text([*ids, *(behind[id_] for id_ in ids)]) for ids in named]


def _tier(ask: Ask, policy: Policy) -> rules.Tier | None:
    tiers = tiers_of(policy)
    if ask.strictest:
        return rules.strictest(tiers)
    amount_minor = ask.amount_minor + ask.earlier_minor
    return rules.tier_for(tiers, amount_minor=amount_minor, currency=ask.currency, at_least=ask.at_least)


def _columns(
    actor: Actor, wanted: Sequence[tuple[int, Ask, Policy, rules.Tier]], hands: Sequence[str], now: datetime
) -> dict[str, Any]:
    texts, integers = arrays.texts, arrays.integers
    asks = [ask for _place, ask, _policy, _tier in wanted]
    return {
        "kinds": texts([ask.kind for ask in asks]),
        "subject_kinds": texts([ask.subject_kind for ask in asks]),
        "subject_ids": integers([ask.subject_id for ask in asks]),
        "numbers": texts([ask.number for ask in asks]),
        "policies": integers([policy.id for _place, _ask, policy, _tier in wanted]),
        "roles": texts([tier.role for *_rest, tier in wanted]),
        "needed": integers([tier.deciders for *_rest, tier in wanted]),
        "amounts": integers([ask.amount_minor for ask in asks]),
        "currencies": texts([ask.currency for ask in asks]),
        "facts": texts([msgspec.json.encode(ask.facts).decode() for ask in asks]),
        "reasons": texts([ask.reason for ask in asks]),
        "hands": texts(hands),
        "due": arrays.instants([rules.due_at(tier, now) for *_rest, tier in wanted]),
        "simulated": arrays.flags([ask.simulated for ask in asks]),
        "askers": texts([ask.asked_by or actor.id for ask in asks]),
        "now": now,
    }


def _announce(actor: Actor, told: Sequence[tuple[int, Ask, rules.Tier, str]], now: datetime) -> None:
    starts = [
        ClockStart("approval", number, CLOCK, now, facts={"kind": ask.kind}, responsible_role=tier.role or None)
        for number, ask, tier, _hand in told
        if not ask.simulated
    ]
    start_clocks(actor, starts=starts, now=now)
    events.record(
        actor,
        [
            ApprovalAsked(
                approval_id=number,
                kind=ask.kind,
                about_kind=ask.subject_kind,
                about_id=ask.subject_id,
                number=ask.number,
                amount_minor=ask.amount_minor,
                currency=ask.currency,
                role=tier.role,
                needed=tier.deciders,
                simulated=ask.simulated,
            )
            for number, ask, tier, _hand in told
        ],
    )
    notes = [
        Told(
            approval_id=number,
            kind=ask.kind,
            number=ask.number,
            role=tier.role,
            due_at=rules.due_at(tier, now),
            asked_by=ask.asked_by or actor.id,
            hands=hand,
            simulated=ask.simulated,
        )
        for number, ask, tier, hand in told
    ]
    tell_deciders(actor, asked=notes, now=now)


def withdraw_approvals(
    actor: Actor, *, kind: str, subject_kind: str, subject_ids: Sequence[int], reason: str, now: datetime
) -> list[int]:
    """Take back what was asked for these subjects, because it is not needed any more. Returns the ids withdrawn.

    A step of the caller's command. Emits: ApprovalSettled. Locks: the open requests, in id order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "withdraw_approvals"),
            {
                "kind": kind,
                "subject_kind": subject_kind,
                "subject_ids": arrays.integers(sorted(set(subject_ids))),
                "now": now,
            },
        )
        rows = cursor.fetchall()
    cancel_clocks(actor, stops=[ClockStop("approval", row[0], CLOCK) for row in rows], at=now)
    events.record(
        actor,
        [
            ApprovalSettled(
                approval_id=id_,
                kind=kind,
                about_kind=subject_kind,
                about_id=subject,
                outcome="withdrawn",
                reason=reason,
                simulated=drill,
            )
            for id_, subject, drill in rows
        ],
    )
    return [row[0] for row in rows]
