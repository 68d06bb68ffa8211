"""Make two buyers one person, and take that back: a merge only says who stands for whom, nothing moves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, errors, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.locking import change_alone, lock_families
from steward.modules.customers.events import CustomersMerged, CustomersUnmerged
from steward.modules.customers.models import Customer, Identity, Merge, Proposal
from steward.modules.customers.rules import merging as rules

PACKAGE = "steward.modules.customers"
LONGEST_REASON = 200


class NoReason(errors.Refusal):
    """Refuse to merge or part people without saying why."""

    code = "reason_missing"
    status = 422
    message = _("Say why, in a few words.")


class OnePersonAlready(errors.Refusal):
    """Refuse to merge somebody with themselves."""

    code = "one_person_already"
    status = 409
    message = _("These two are one person already.")


class CannotBeOne(errors.Refusal):
    """Refuse to merge with somebody erased, or practice with real life."""

    code = "cannot_be_one"
    status = 409
    message = _("One of them was erased or belongs to an exercise. Such people are not merged.")


class UndoneAlready(errors.Refusal):
    """Refuse to take a merge back twice, or one whose people were erased."""

    code = "merge_not_in_force"
    status = 409
    message = _("This merge was taken back already, or the person was erased since.")


@command(needs="customers.merge")
def merge_customers(
    actor: Actor, *, survivor_id: int, merged_id: int, reason: str, rule: str = "", now: datetime
) -> int:
    """Let one buyer stand for another, with everybody each already stands for. Returns the merge's id.

    Raises: NotFound, NoReason, OnePersonAlready, CannotBeOne. Emits: CustomersMerged.
    Locks: who is who, then both families, in id order. Source: CUS-1.
    """
    if not (reason := reason.strip()[:LONGEST_REASON]):
        raise NoReason
    change_alone()
    families = lock_families([survivor_id, merged_id])
    rows = {row.id: row for row in Customer.objects.filter(id__in={id_ for kin in families.values() for id_ in kin})}
    survivor, merged = (_leader(rows, id_) for id_ in (survivor_id, merged_id))
    if survivor.id == merged.id:
        raise OnePersonAlready
    if survivor.erased_at or merged.erased_at or survivor.simulated != merged.simulated:
        raise CannotBeOne
    members = families[merged_id]
    row = Merge.objects.create(
        survivor=survivor,
        merged=merged,
        members=members,
        identities=list(Identity.objects.filter(customer_id__in=members).order_by("id").values_list("id", flat=True)),
        rule=rule,
        reason=reason,
        merged_at=now,
        merged_by=actor.id,
    )
    Customer.objects.filter(id__in=members).update(survivor=survivor)
    _settle_proposals(actor, members, families[survivor_id], reason, now)
    told = CustomersMerged(
        customer_id=survivor.id,
        merge_id=row.id,
        merged_id=merged.id,
        member_ids=members,
        rule=rule,
        reason=reason,
        simulated=survivor.simulated,
    )
    events.record(actor, [told])
    return row.id


@command(needs="customers.merge")
def unmerge_customers(actor: Actor, *, merge_id: int, reason: str, now: datetime) -> None:
    """Take a merge back: everybody is known, found and shown as they would be had it never been made.

    Other merges that hold go on holding. The two are not proposed again.
    Raises: NotFound, NoReason, UndoneAlready. Emits: CustomersUnmerged.
    Locks: who is who, then the family, in id order.
    """
    if not (reason := reason.strip()[:LONGEST_REASON]):
        raise NoReason
    row = Merge.objects.filter(id=merge_id).first()
    if row is None:
        raise errors.NotFound(key=merge_id)
    change_alone()
    family = lock_families([row.merged_id])[row.merged_id]
    done = {"undone_at": max(now, row.merged_at), "undone_by": actor.id, "undo_reason": reason}
    if Customer.objects.filter(id=row.merged_id).exclude(erased_at=None).exists():
        raise UndoneAlready
    if not Merge.objects.filter(id=merge_id, undone_at=None).update(**done):
        raise UndoneAlready
    top = Customer.objects.values_list("survivor_id", flat=True).get(id=row.merged_id)
    merges = dict(Merge.objects.filter(merged_id__in=family, undone_at=None).values_list("merged_id", "survivor_id"))
    members = rules.led_by(row.merged_id, family, merges)
    Customer.objects.filter(id__in=members).exclude(id=row.merged_id).update(survivor_id=row.merged_id)
    Customer.objects.filter(id=row.merged_id).update(survivor=None)
    _never_propose(actor, row, members, sorted(set(family) - set(members)), reason, now)
    told = CustomersUnmerged(
        customer_id=top or row.survivor_id,
        merge_id=row.id,
        separated_id=row.merged_id,
        member_ids=members,
        reason=reason,
    )
    events.record(actor, [told])


def _leader(rows: dict[int, Customer], customer_id: int) -> Customer:
    """Return who stands for a locked buyer. Raises: NotFound."""
    row = rows.get(customer_id)
    if row is None:
        raise errors.NotFound(key=customer_id)
    return rows[row.survivor_id] if row.survivor_id else row


def _across(one: Collection[int], other: Collection[int]) -> Q:
    return Q(low_id__in=one, high_id__in=other) | Q(low_id__in=other, high_id__in=one)


def _settle_proposals(actor: Actor, one: list[int], other: list[int], reason: str, now: datetime) -> None:
    """Close what was proposed between the two families, whoever of them it named."""
    facts = {"state": "merged", "decided_at": now, "decided_by": actor.id, "reason": reason}
    Proposal.objects.filter(_across(one, other)).exclude(state="merged").update(**facts)


def _never_propose(actor: Actor, row: Merge, one: list[int], other: list[int], reason: str, now: datetime) -> None:
    """Write down that those parted are not the same, so that no rule merges them again by what they share."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "refuse_parted"),
            {
                "one": arrays.integers(one),
                "other": arrays.integers(other),
                "merged": row.merged_id,
                "survivor": row.survivor_id,
                "by": actor.id,
                "reason": reason,
                "now": now,
            },
        )
