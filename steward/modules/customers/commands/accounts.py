"""Give buyers terms to pay later, change them, and take them back; every change has a reason and leaves a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.locking import lock_families
from steward.modules.customers.events import AccountEnded, AccountSet
from steward.modules.customers.models import Account, Customer
from steward.modules.customers.rules.accounts import LONGEST_DAYS, MOST_MINOR


class UnfitTerms(errors.Refusal):
    """Refuse terms that are none."""

    code = "unfit_terms"
    status = 422
    message = _("Terms need a known currency, a limit above 0, 1 to %(days)s days and a reason.")


class NoTerms(errors.Refusal):
    """Refuse to end terms where none are in force."""

    code = "no_terms"
    status = 409
    message = _("This buyer has no terms in %(currency)s.")


def lock_buyers(customer_ids: Iterable[int]) -> dict[int, list[int]]:
    """Lock buyers, so that what they owe is counted and added to by one at a time, as a step of the caller's command.

    Whoever they are one person with is locked with them, and returned by buyer.
    Locks: customers, in id order, after the orders.
    """
    return lock_families(customer_ids)


@command(needs="customers.terms")
def set_account(
    actor: Actor, *, customer_id: int, currency: str, limit_minor: int, days: int, reason: str, now: datetime
) -> int:
    """Let a buyer owe up to a limit in a currency and pay within so many days; terms that stood before end.

    Terms hold for the whole person: for all buyers they were found to be.
    Units: minor units of `currency`. Returns the id of the terms in force; the same terms again change nothing.
    Raises: NotFound, UnfitTerms. Emits: AccountSet. Locks: the customer and their kin. Source: ORD-6.
    """
    reason = reason.strip()[:200]
    fits = currency in money.CURRENCIES and 0 < limit_minor <= MOST_MINOR and 0 < days <= LONGEST_DAYS
    if not fits or not reason:
        raise UnfitTerms(days=LONGEST_DAYS)
    family = _family(customer_id)
    standing = _in_force(family, currency)
    before = standing[0] if standing else None
    if before is not None and (before.limit_minor, before.days, len(standing)) == (limit_minor, days, 1):
        return before.id
    for one in standing:
        _end(actor, one, reason, now)
    row = Account.objects.create(
        customer_id=customer_id,
        currency=currency,
        limit_minor=limit_minor,
        days=days,
        reason=reason,
        set_by=actor.id,
        set_at=now,
    )
    told = AccountSet(
        customer_id=customer_id,
        currency=currency,
        limit_minor=limit_minor,
        days=days,
        limit_before_minor=before.limit_minor if before else 0,
        days_before=before.days if before else 0,
        reason=reason,
    )
    events.record(actor, [told])
    return row.id


@command(needs="customers.terms")
def end_account(actor: Actor, *, customer_id: int, currency: str, reason: str, now: datetime) -> None:
    """Take a buyer's terms back: new orders are paid before they go on; what is owed stays owed.

    Raises: NotFound, NoTerms, UnfitTerms. Emits: AccountEnded. Locks: the customer.
    """
    if not (reason := reason.strip()[:200]):
        raise UnfitTerms(days=LONGEST_DAYS)
    standing = _in_force(_family(customer_id), currency)
    if not standing:
        raise NoTerms(currency=currency)
    for one in standing:
        _end(actor, one, reason, now)
    events.record(actor, [AccountEnded(customer_id=customer_id, currency=currency, reason=reason)])


def _family(customer_id: int) -> list[int]:
    """Lock a buyer with their kin and return all of them. Raises: NotFound."""
    family = lock_buyers([customer_id]).get(customer_id)
    if family is None or not Customer.objects.filter(id=customer_id, erased_at=None).exists():
        raise errors.NotFound(key=customer_id)
    return family


def _in_force(family: list[int], currency: str) -> list[Account]:
    """Read the terms in force of one person, those that count first."""
    rows = Account.objects.filter(customer_id__in=family, currency=currency, ended_at=None).select_related("customer")
    return sorted(rows, key=lambda row: (row.customer.survivor_id is not None, row.limit_minor, row.id))


def _end(actor: Actor, row: Account, reason: str, now: datetime) -> None:
    ended = {"ended_at": max(now, row.set_at), "ended_by": actor.id, "end_reason": reason}
    if not Account.objects.filter(id=row.id, ended_at=None).update(**ended):
        raise errors.Stale
