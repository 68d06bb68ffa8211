"""Find buyers who may be one person by what they share, merge them or let somebody decide, as the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, errors, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.locking import change_alone
from steward.modules.customers.commands.merging import (
    LONGEST_REASON,
    PACKAGE,
    NoReason,
    merge_customers,
)
from steward.modules.customers.events import MergeProposed, MergeRefused, MergeRuleSet
from steward.modules.customers.models import MergeRule, Proposal
from steward.modules.customers.queries.merged import survivors
from steward.modules.customers.rules import merging as rules
from steward.modules.customers.rules.identities import group_of

AT_ONCE = 500


class ProposalSettled(errors.Refusal):
    """Refuse to decide what was decided."""

    code = "proposal_settled"
    status = 409
    message = _("This was decided already.")


class UnfitRule(errors.Refusal):
    """Refuse a rule of merging that says nothing."""

    code = "unfit_merge_rule"
    status = 422
    message = _("A rule proposes or merges.")


class _Pair(NamedTuple):
    low: int
    high: int
    simulated: bool
    kinds: list[str]
    rule: rules.Rule


@command(needs="customers.merge")
def propose_merges(actor: Actor, *, customer_ids: Iterable[int] | None = None, now: datetime) -> int:
    """Look for buyers who share a value: those named, else all of them, a part at a time.

    Merges or proposes as the rules in force say, the least certain last. Returns how many pairs were new.
    A second run finds nothing. Emits: MergeProposed, CustomersMerged. Locks: the families that are merged.
    """
    change_alone()
    in_force = [rules.Rule(row.code, row.group, row.proof, row.acts) for row in MergeRule.objects.filter(is_on=True)]
    pairs = _pairs(customer_ids, in_force)
    for pair in pairs:
        if pair.rule.acts == "do":
            _merge_if_two(actor, pair, now)
    open_ = {(pair.low, pair.high): pair for pair in pairs if pair.rule.acts == "propose"}
    made = [
        Proposal(low_id=low, high_id=high, rule=pair.rule.code, shared=pair.kinds, made_at=now)
        for (low, high), pair in open_.items()
    ]
    known = set(Proposal.objects.filter(low_id__in=[low for low, _ in open_]).values_list("low_id", "high_id"))
    fresh = Proposal.objects.bulk_create([row for row in made if (row.low_id, row.high_id) not in known])
    told = [
        MergeProposed(
            customer_id=row.low_id,
            other_id=row.high_id,
            proposal_id=row.id,
            rule=row.rule,
            simulated=open_[row.low_id, row.high_id].simulated,
        )
        for row in fresh
    ]
    events.record(actor, told)
    return len(pairs)


def _pairs(customer_ids: Iterable[int] | None, in_force: Sequence[rules.Rule]) -> list[_Pair]:
    wanted: dict[str, Any] = {
        "all": customer_ids is None,
        "ids": arrays.integers(sorted(set(customer_ids or ()))),
        "groups": arrays.texts([rule.group for rule in in_force]),
        "proofs": arrays.texts([rule.proof for rule in in_force]),
        "acts": arrays.texts([rule.acts for rule in in_force]),
        "limit": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "mergeable_pairs"), wanted)
        rows: list[Any] = cursor.fetchall()
    found = []
    for low, high, simulated, kinds, proved in rows:
        shared = [rules.Shared(group_of(kind), is_proved) for kind, is_proved in zip(kinds, proved, strict=True)]
        if rule := rules.rule_for(shared, in_force):
            found.append(_Pair(low, high, simulated, sorted(set(kinds)), rule))
    return found


def _merge_if_two(actor: Actor, pair: _Pair, now: datetime) -> None:
    """Merge a pair that a rule is sure of, unless they are one by now; the older one stands for both."""
    leaders = sorted(set(survivors([pair.low, pair.high]).values()))
    if len(leaders) < 2:
        return
    reason = f"{pair.rule.code}: {', '.join(pair.kinds)}"
    merge_customers(actor, survivor_id=leaders[0], merged_id=leaders[1], reason=reason, rule=pair.rule.code, now=now)


@command(needs="customers.merge")
def accept_proposal(
    actor: Actor, *, proposal_id: int, survivor_id: int | None = None, reason: str, now: datetime
) -> int:
    """Merge two buyers who were proposed; the older one stands for both unless the other is named.

    Returns the merge's id. Raises: NotFound, ProposalSettled, and what merging raises. Emits: CustomersMerged.
    """
    change_alone()
    row = _open(proposal_id)
    survivor = row.high_id if survivor_id == row.high_id else row.low_id
    merged = row.low_id if survivor == row.high_id else row.high_id
    return merge_customers(actor, survivor_id=survivor, merged_id=merged, reason=reason, rule=row.rule, now=now)


@command(needs="customers.merge")
def refuse_proposal(actor: Actor, *, proposal_id: int, reason: str, now: datetime) -> None:
    """Say that two buyers who were proposed are not the same; no rule proposes them again.

    Raises: NotFound, NoReason, ProposalSettled. Emits: MergeRefused.
    """
    if not (reason := reason.strip()[:LONGEST_REASON]):
        raise NoReason
    row = _open(proposal_id)
    facts = {"state": "refused", "decided_at": now, "decided_by": actor.id, "reason": reason}
    if not Proposal.objects.filter(id=proposal_id, state="open").update(**facts):
        raise ProposalSettled
    refused = MergeRefused(customer_id=row.low_id, other_id=row.high_id, proposal_id=row.id, reason=reason)
    events.record(actor, [refused])


def _open(proposal_id: int) -> Proposal:
    row = Proposal.objects.select_for_update(no_key=True).filter(id=proposal_id).first()
    if row is None:
        raise errors.NotFound(key=proposal_id)
    if row.state != "open":
        raise ProposalSettled
    return row


@command(needs="customers.merge_rules")
def set_merge_rule(actor: Actor, *, code: str, acts: str, is_on: bool, now: datetime) -> None:
    """Switch a rule of merging on or off, and say whether it proposes or merges by itself.

    Raises: NotFound, UnfitRule. Emits: MergeRuleSet.
    """
    if acts not in rules.ACTS:
        raise UnfitRule
    row = MergeRule.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    if (row.acts, row.is_on) == (acts, is_on):
        return
    MergeRule.objects.filter(id=row.id).update(acts=acts, is_on=is_on, set_at=now, set_by=actor.id)
    events.record(actor, [MergeRuleSet(rule_id=row.id, code=code, acts=acts, is_on=is_on)])
